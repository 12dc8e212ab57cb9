/** Table `webhooks`: definitions and states. An isolate caches for at most 30 s which events each webhook wants. */

import { DEFINITION_CACHE_MS, LAST_KNOWN_MS } from '../contract/constants.ts';
import type { ProblemCode } from '../contract/problem.ts';
import { MAX_WEBHOOKS, type StoredWebhook, type Webhook } from '../contract/webhook.ts';
import { log } from '../log.ts';
import type { ActiveWebhook, LeaseEnd, Webhooks } from '../ports/webhook-stores.ts';
import { withTimeout } from '../waiting.ts';
import { overloaded } from './overloaded.ts';
import { DROP_WAITING, HURRY, NEXT_DUE } from './webhook-waiting.ts';

/** How long D1 may take if an expired copy can be used instead, ms. */
const TIMEOUT_MS = 2000;
const COPY_MS = DEFINITION_CACHE_MS - TIMEOUT_MS;

const COLUMNS = 'name, definition, changed_at, failing_since, failures, wake_at, disabled_at, problem, reason';

// A name is never empty, so this walks the primary key and scans nothing else.
const LIST = `SELECT ${COLUMNS} FROM webhooks WHERE name > '' ORDER BY name LIMIT ${MAX_WEBHOOKS}`;
const READ = `SELECT ${COLUMNS} FROM webhooks WHERE name IN (SELECT value FROM json_each(?1))`;
const CREATE = `
  INSERT INTO webhooks (name, definition, changed_at)
  SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM webhooks WHERE name > '') < ${MAX_WEBHOOKS}
  ON CONFLICT (name) DO NOTHING RETURNING ${COLUMNS}`;
const CHANGE = `
  UPDATE webhooks SET definition = ?2, changed_at = max(?3, changed_at + 1), failing_since = NULL, failures = 0,
    wake_at = ${NEXT_DUE}, disabled_at = NULL, problem = NULL, reason = NULL, lease_until = NULL
  WHERE name = ?1 AND changed_at = ?4 RETURNING ${COLUMNS}`;
const REMOVE = 'DELETE FROM webhooks WHERE name = ?1 AND changed_at = ?2';
const DISABLE = `
  UPDATE webhooks SET disabled_at = ?3, problem = ?5, reason = ?2, failing_since = coalesce(failing_since, ?3), wake_at = NULL,
    lease_until = NULL
  WHERE name = ?1 AND changed_at = ?4 AND disabled_at IS NULL`;
const BEGIN_FAILING = `
  UPDATE webhooks SET failing_since = ?3, failures = 1, problem = ?6, reason = ?2, wake_at = ?4
  WHERE name = ?1 AND changed_at = ?5 AND failing_since IS NULL AND disabled_at IS NULL`;
const LEASE = `
  UPDATE webhooks SET lease_until = ?3
  WHERE name = ?1 AND disabled_at IS NULL AND wake_at <= ?2 AND (lease_until IS NULL OR lease_until <= ?2)
  RETURNING ${COLUMNS}`;
const LEASED = 'WHERE name = ?1 AND lease_until = ?2 RETURNING wake_at';
const RELEASE = `UPDATE webhooks SET lease_until = NULL, wake_at = ${NEXT_DUE} ${LEASED}`;
const RELEASE_TAKEN = `
  UPDATE webhooks SET lease_until = NULL, failing_since = NULL, failures = 0, problem = NULL, reason = NULL, wake_at = ${NEXT_DUE}
  ${LEASED}`;
const RELEASE_FAILED = `
  UPDATE webhooks SET lease_until = NULL, problem = ?7, reason = ?3, failing_since = ?4, failures = ?5, wake_at = ?6
  ${LEASED}`;
const OVERDUE = "SELECT name FROM webhooks WHERE name > '' AND wake_at < ?1 AND disabled_at IS NULL";

interface Row {
  name: string;
  definition: string;
  changed_at: number;
  failing_since: number | null;
  failures: number;
  wake_at: number | null;
  disabled_at: number | null;
  problem: ProblemCode | null;
  reason: string | null;
}

/** The webhooks of a database; `now` is the clock of the copy, ms. All methods but `active` throw what D1 throws. */
export function d1Webhooks(db: D1Database, now: () => number = Date.now): Webhooks {
  let copy: { webhooks: readonly ActiveWebhook[]; confirmedAt: number } | null = null;
  let askAt = 0;

  const run = async (sql: string, ...values: (string | number | null)[]) =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .run()
    ).meta.changes > 0;

  const list = async () => (await db.withSession('first-primary').prepare(LIST).all<Row>()).results.map(webhookOf);

  return {
    async active() {
      if (copy !== null && now() < askAt) return copy.webhooks;
      // Other requests use the copy meanwhile, and as long again after this one has given up on a D1 that stalls.
      askAt = now() + 2 * TIMEOUT_MS;
      try {
        const webhooks = (await withTimeout(list(), TIMEOUT_MS)).filter(({ disabledAt }) => disabledAt === null);
        copy = { webhooks: webhooks.map(activeOf), confirmedAt: now() };
        askAt = now() + COPY_MS;
      } catch (error) {
        if (copy === null || now() >= copy.confirmedAt + LAST_KNOWN_MS) {
          throw overloaded('The webhooks cannot be read right now; try again in a moment.', error);
        }
        log('warn', 'webhook.read_failed', { error });
      }
      return copy.webhooks;
    },

    async readAll(names) {
      const { results } = await db.prepare(READ).bind(JSON.stringify(names)).all<Row>();
      return new Map(results.map((row) => [row.name, webhookOf(row)]));
    },

    list,

    async put(name, definition, expected, at) {
      const text = JSON.stringify(definition);
      const results = await db.batch<Row>(
        expected === null
          ? [db.prepare(CREATE).bind(name, text, at)]
          : [db.prepare(HURRY).bind(name, at), db.prepare(CHANGE).bind(name, text, at, expected)],
      );
      copy = null;
      const row = results.at(-1)?.results[0];
      return row === undefined ? null : webhookOf(row);
    },

    async remove(name, expected) {
      const [removed] = await db.batch([db.prepare(REMOVE).bind(name, expected), db.prepare(DROP_WAITING).bind(name)]);
      copy = null;
      return (removed?.meta.changes ?? 0) > 0;
    },

    async disable({ name, changedAt }, { problem, reason }, at) {
      const [disabled] = await db.batch([
        db.prepare(DISABLE).bind(name, reason, at, changedAt, problem),
        db.prepare(DROP_WAITING).bind(name),
      ]);
      copy = null;
      return (disabled?.meta.changes ?? 0) > 0;
    },

    beginFailing: ({ name, changedAt }, { problem, reason }, at, wakeAt) =>
      run(BEGIN_FAILING, name, reason, at, wakeAt, changedAt, problem),

    async lease(name, at, until) {
      const row = await db.prepare(LEASE).bind(name, at, until).first<Row>();
      return row === null ? null : webhookOf(row);
    },

    async release(name, until, end) {
      const row = await releaseOf(db, name, until, end).first<Pick<Row, 'wake_at'>>();
      return row?.wake_at ?? null;
    },

    async overdue(dueBefore) {
      const { results } = await db.prepare(OVERDUE).bind(dueBefore).all<Pick<Row, 'name'>>();
      return results.map(({ name }) => name);
    },
  };
}

function releaseOf(db: D1Database, name: string, until: number, end: LeaseEnd): D1PreparedStatement {
  switch (end.outcome) {
    case 'taken':
      return db.prepare(RELEASE_TAKEN).bind(name, until);
    case 'nothing':
      return db.prepare(RELEASE).bind(name, until);
    case 'failed': {
      const { refusal, failingSince, failures, wakeAt } = end;
      const values = [name, until, refusal.reason, failingSince, failures, wakeAt, refusal.problem];
      return db.prepare(RELEASE_FAILED).bind(...values);
    }
  }
}

function webhookOf(row: Row): StoredWebhook {
  return {
    name: row.name,
    definition: JSON.parse(row.definition) as Webhook,
    changedAt: row.changed_at,
    failingSince: row.failing_since,
    failures: row.failures,
    wakeAt: row.wake_at,
    disabledAt: row.disabled_at,
    refusal: row.reason === null ? null : { problem: row.problem, reason: row.reason },
  };
}

function activeOf({ name, definition: { resources, events } }: StoredWebhook): ActiveWebhook {
  return { name, events, ...(resources === undefined ? {} : { resources }) };
}
