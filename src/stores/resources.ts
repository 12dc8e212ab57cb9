/** Table `resources`: definitions, their numbers and tombstones. Isolates keep copies for at most 30 s. */

import { LAST_KNOWN_MS } from '../contract/constants.ts';
import { isDefined, type StoredResource } from '../contract/resource.ts';
import { nextRunAt } from '../core/schedule.ts';
import { log } from '../log.ts';
import type { Resources } from '../ports/stores.ts';
import { withTimeout } from '../waiting.ts';
import { statementsFor } from './bound-values.ts';
import { overloaded } from './overloaded.ts';
import { type Copy, copies, keep, TIMEOUT_MS } from './resource-copies.ts';
import { listResources } from './resource-lists.ts';
import { COLUMNS, type ResourceRow as Row, readSql, resourceOf, sourceTakes } from './resource-row.ts';

/** By title; null: there is no such resource. */
type Found = Map<string, StoredResource | null>;

const SAME_SCHEDULE = "definition ->> '$.schedule' IS ?2 ->> '$.schedule'";

// A new definition gets a new number and is purged up to it, so that nothing that an earlier one of the title left
// behind counts.
const CREATE = `
  INSERT INTO resources (title, definition, number, purged, changed_at, next_run_at)
  SELECT ?1, ?2, ?3, ?3, ?3, ?4 WHERE ${sourceTakes('?1', '?2')}
  ON CONFLICT (title) DO UPDATE SET definition = excluded.definition, next_run_at = ?4,
    number = max(?3, number + 1), purged = max(?3, number + 1), changed_at = max(?3, changed_at + 1)
  WHERE definition IS NULL RETURNING ${COLUMNS}`;

// A changed schedule starts from the beginning; an unchanged one continues, so that other changes delay nothing.
const CHANGE = `
  UPDATE resources SET definition = ?2, number = CASE WHEN ?3 THEN max(?4, number + 1) ELSE number END,
    changed_at = max(?4, changed_at + 1),
    next_run_at = CASE WHEN ${SAME_SCHEDULE} THEN next_run_at ELSE ?6 END,
    run_started_at = CASE WHEN ${SAME_SCHEDULE} THEN run_started_at END,
    run_after = CASE WHEN ${SAME_SCHEDULE} THEN run_after END
  WHERE title = ?1 AND definition IS NOT NULL AND changed_at = ?5 AND ${sourceTakes('?1', '?2')} RETURNING ${COLUMNS}`;

const REMOVE = `
  UPDATE resources SET definition = NULL, sweeping = 1, next_run_at = NULL, run_started_at = NULL, run_after = NULL,
    number = max(?2, number + 1), purged = max(?2, number + 1), changed_at = max(?2, changed_at + 1)
  WHERE title = ?1 AND definition IS NOT NULL AND (?3 IS NULL OR changed_at = ?3)`;

const EXPIRE = 'UPDATE resources SET number = max(?2, number + 1) WHERE title = ?1 AND definition IS NOT NULL';

const PURGE = `
  UPDATE resources SET number = max(?2, number + 1), purged = max(?2, number + 1), sweeping = 1
  WHERE title = ?1 AND definition IS NOT NULL`;

const END_SWEEP = 'UPDATE resources SET sweeping = 0 WHERE title = ?1 AND purged = ?2';

const DROP_TOMBSTONE = `
  DELETE FROM resources WHERE title = ?1 AND definition IS NULL AND sweeping = 0
  AND NOT EXISTS (SELECT 1 FROM entries WHERE resource = ?1)`;

const LIST_DUE = `
  SELECT ${COLUMNS}, next_run_at, run_started_at, run_after FROM resources
  WHERE next_run_at <= ?1 ORDER BY next_run_at LIMIT ?2`;

// An outdated call changes nothing: the run is no longer at the place where the call found it.
const WHERE_FOUND = 'WHERE title = ?1 AND next_run_at = ?2 AND run_after IS ?3';
const GO_ON = `UPDATE resources SET run_after = ?4, run_started_at = ?5 ${WHERE_FOUND}`;
const END_RUN = `UPDATE resources SET next_run_at = ?4, run_started_at = NULL, run_after = NULL ${WHERE_FOUND}`;

interface DueRow extends Row {
  next_run_at: number;
  run_started_at: number | null;
  run_after: string | null;
}

/**
 * The definitions of a database; `now` is the clock of the copies, ms. Methods throw what D1 throws.
 *
 * @throws Problem `overloaded`, by `find` and `findAll`, when D1 does not answer and no copy can be used instead
 */
export function d1Resources(db: D1Database, now: () => number = Date.now): Resources {
  async function readAll(titles: readonly string[]): Promise<Found> {
    const session = db.withSession('first-primary');
    const pages = await session.batch<Row>(statementsFor(session, titles, readSql));
    const rows = new Map(pages.flatMap(({ results }) => results.map((row) => [row.title, resourceOf(row)])));
    const found: Found = new Map(titles.map((title) => [title, rows.get(title) ?? null]));
    for (const [title, resource] of found) keep(title, resource, now());
    return found;
  }

  async function findAll(titles: readonly string[], atLeast = 0): Promise<Found> {
    const usable = new Map<string, Copy>();
    const found: Found = new Map();
    const asked: string[] = [];
    for (const title of titles) {
      const copy = copies.get(title);
      const isUsable = copy !== undefined && (copy.resource?.number ?? 0) >= atLeast;
      if (isUsable) usable.set(title, copy);
      if (!isUsable || now() >= copy.askAt) asked.push(title);
      found.set(title, definedOnly(isUsable ? copy.resource : null));
    }
    if (asked.length > 0) {
      for (const [title, resource] of await ask(asked, usable)) found.set(title, definedOnly(resource));
    }
    return found;
  }

  async function ask(titles: readonly string[], usable: ReadonlyMap<string, Copy>): Promise<Found> {
    for (const title of titles) {
      // Other requests use the copy while this one asks, and as long again after it has given up on a D1 that stalls.
      const copy = usable.get(title);
      if (copy !== undefined) copies.set(title, { ...copy, askAt: now() + 2 * TIMEOUT_MS });
    }
    try {
      return await withTimeout(readAll(titles), TIMEOUT_MS);
    } catch (error) {
      const cannotStandIn = (copy?: Copy) => copy === undefined || now() >= copy.confirmedAt + LAST_KNOWN_MS;
      if (titles.some((title) => cannotStandIn(usable.get(title)))) {
        throw overloaded('The definition of the resource cannot be read right now; try again in a moment.', error);
      }
      log('warn', 'resource.read_failed', { resources: titles, error });
      return new Map();
    }
  }

  async function run(sql: string, ...values: (string | number | null)[]): Promise<number> {
    const { meta } = await db
      .prepare(sql)
      .bind(...values)
      .run();
    return meta.changes;
  }

  return {
    find: async (title, atLeast) => (await findAll([title], atLeast)).get(title) ?? null,
    findAll,
    read: async (title) => (await readAll([title])).get(title) ?? null,

    list: (after, limit, filter = {}) => listResources(db, after, limit, filter),

    async put(title, definition, matters, expected, at) {
      const text = JSON.stringify(definition);
      const nextRun = definition.schedule === undefined ? null : nextRunAt(definition.schedule, at);
      const statement =
        expected === null
          ? db.prepare(CREATE).bind(title, text, at, nextRun)
          : db.prepare(CHANGE).bind(title, text, matters ? 1 : 0, at, expected, nextRun);
      const row = await statement.first<Row>();
      if (row === null) return null;
      const resource = resourceOf(row);
      keep(title, resource, now());
      return resource;
    },

    async remove(title, expected, at) {
      const changes = await run(REMOVE, title, at, expected);
      copies.delete(title);
      return changes > 0;
    },

    async expireAll(title, soft, at) {
      const changes = await run(soft ? EXPIRE : PURGE, title, at);
      copies.delete(title);
      return changes > 0;
    },

    async listSweeping(limit) {
      // The index of resources to sweep contains the titles; a title is never empty.
      const sql = `SELECT ${COLUMNS} FROM resources WHERE sweeping = 1 AND title > '' ORDER BY title LIMIT ?1`;
      const { results } = await db.prepare(sql).bind(limit).all<Row>();
      return results.map(resourceOf);
    },

    async endSweep(title, purged) {
      await db.batch([db.prepare(END_SWEEP).bind(title, purged), db.prepare(DROP_TOMBSTONE).bind(title)]);
    },

    async listDue(at, limit) {
      const { results } = await db.prepare(LIST_DUE).bind(at, limit).all<DueRow>();
      return results.flatMap((row) => {
        const resource = resourceOf(row);
        if (!isDefined(resource)) return [];
        return { resource, dueAt: row.next_run_at, startedAt: row.run_started_at ?? at, after: row.run_after };
      });
    },

    async moveRun({ resource: { title }, dueAt, startedAt, after }, to) {
      const changes =
        'after' in to
          ? await run(GO_ON, title, dueAt, after, to.after, startedAt)
          : await run(END_RUN, title, dueAt, after, to.nextRunAt);
      return changes > 0;
    },
  };
}

/** A tombstone is kept for its number; for requests that look for a definition it does not exist. */
function definedOnly(resource: StoredResource | null): StoredResource | null {
  return resource?.definition == null ? null : resource;
}
