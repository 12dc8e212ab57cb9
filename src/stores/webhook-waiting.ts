/** Table `webhook_caches`: events that wait for a webhook, combined into one row per cache. */

import { type CacheEvent, MAX_WAITING_COUNTED, MAX_WEBHOOKS, type WaitingEvents } from '../contract/webhook.ts';
import type { WaitingEnd, WebhookWaiting } from '../ports/webhook-stores.ts';

/**
 * Events of one slot replace each other: for a cache that failed and recovered meanwhile, only its present state is
 * sent. A slot holds the event as a text, so that json_patch treats it as one value.
 */
const SLOTS = {
  'cache.changed': 'changed',
  'cache.failing': 'health',
  'cache.recovered': 'health',
  'cache.guarded': 'guarded',
} as const;

type Pending = Partial<Record<'changed' | 'health' | 'guarded', string>> & {
  /** Several versions are reported as one: the changes between them are not known. */
  folded?: true;
};

const OLD = "coalesce(pending, '{}')";
const NEW = 'excluded.pending';
const CHANGED = "->> 'changed'";

// Does nothing for a webhook that was deleted meanwhile. The event with the higher revision wins. An existing row keeps its time: later events do not delay a delivery.
const ADD = `
  INSERT INTO webhook_caches (webhook, key, pending, revision, due_at, since)
  SELECT ?1, value ->> 'key', value ->> 'pending', value ->> 'revision', ?2, ?2 FROM json_each(?3)
  WHERE EXISTS (SELECT 1 FROM webhooks WHERE name = ?1 AND disabled_at IS NULL)
  ON CONFLICT (webhook, key) DO UPDATE SET
    pending = json_patch(
      CASE WHEN excluded.revision >= revision THEN json_patch(${OLD}, ${NEW}) ELSE json_patch(${NEW}, ${OLD}) END,
      CASE WHEN ${OLD} ${CHANGED} <> ${NEW} ${CHANGED} THEN '{"folded":true}' ELSE '{}' END),
    revision = max(revision, excluded.revision),
    since = CASE WHEN pending IS NULL THEN excluded.since ELSE since END`;

/** When the first waiting row of webhook ?1 is due; null: nothing waits. */
export const NEXT_DUE = '(SELECT min(due_at) FROM webhook_caches WHERE webhook = ?1)';
// A webhook that fails keeps its retry time; any other is looked at when its first waiting row is due.
const WAKE = `
  UPDATE webhooks SET wake_at = ${NEXT_DUE}
  WHERE name = ?1 AND disabled_at IS NULL AND (failing_since IS NULL OR wake_at IS NULL) AND wake_at IS NOT ${NEXT_DUE}`;
const WAKE_AT = 'SELECT wake_at FROM webhooks WHERE name = ?1';

const FORGET = 'DELETE FROM webhook_caches WHERE webhook = ?1 AND due_at <= ?2 AND pending IS NULL';
const DUE = `
  SELECT key, pending, revision, tries, since FROM webhook_caches
  WHERE webhook = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3`;
const SENT = 'DELETE FROM webhook_caches WHERE webhook = ?1 AND key = ?2 AND revision = ?3';
const REMEMBER = `
  UPDATE webhook_caches SET pending = CASE WHEN revision = ?3 THEN NULL ELSE pending END, due_at = ?4, tries = 0, since = ?4
  WHERE webhook = ?1 AND key = ?2`;
const REFUSED = `
  UPDATE webhook_caches SET due_at = ?3, tries = tries + 1 WHERE webhook = ?1 AND key = ?2
  AND EXISTS (SELECT 1 FROM webhooks WHERE name = ?1 AND lease_until = ?4)`;
/** Makes all rows whose delivery failed due at ?2. */
export const HURRY =
  'UPDATE webhook_caches SET due_at = ?2, tries = 0 WHERE webhook = ?1 AND tries > 0 AND due_at > ?2';

// Counts over this many caches, those that are due first; rows that are only remembered are due later.
const COUNTS = `
  SELECT name, (
    SELECT count(pending) FROM (
      SELECT pending FROM webhook_caches WHERE webhook = name ORDER BY due_at LIMIT ${MAX_WAITING_COUNTED})
  ) AS waiting FROM webhooks WHERE name > '' LIMIT ${MAX_WEBHOOKS}`;

/** Deletes what waits for a webhook that was deleted or disabled. */
export const DROP_WAITING = `
  DELETE FROM webhook_caches WHERE webhook = ?1
  AND NOT EXISTS (SELECT 1 FROM webhooks WHERE name = ?1 AND disabled_at IS NULL)`;

interface Row {
  key: string;
  pending: string;
  revision: number;
  tries: number;
  since: number;
}

/** The waiting events of a database. Methods throw what D1 throws. */
export function d1WebhookWaiting(db: D1Database): WebhookWaiting {
  return {
    async add(webhook, events, now) {
      const rows = events.map((event) => ({
        key: event.key,
        pending: JSON.stringify({ [SLOTS[event.type]]: JSON.stringify(event) } satisfies Pending),
        revision: event.revision,
      }));
      const [, woken, looked] = await db.batch<{ wake_at: number | null }>([
        db.prepare(ADD).bind(webhook, now, JSON.stringify(rows)),
        db.prepare(WAKE).bind(webhook),
        db.prepare(WAKE_AT).bind(webhook),
      ]);
      const wakeAt = looked?.results[0]?.wake_at ?? null;
      return wakeAt === null ? null : { wakeAt, isNew: (woken?.meta.changes ?? 0) > 0 };
    },

    async due(webhook, now, limit) {
      const [, due] = await db.batch<Row>([
        db.prepare(FORGET).bind(webhook, now),
        db.prepare(DUE).bind(webhook, now, limit),
      ]);
      return due?.results.map(waitingOf) ?? [];
    },

    async settle(webhook, leasedUntil, ends) {
      if (ends.length > 0) await db.batch(ends.map((end) => statementOf(db, webhook, leasedUntil, end)));
    },

    async hurry(webhook, now) {
      await db.prepare(HURRY).bind(webhook, now).run();
    },

    async counts() {
      const { results } = await db.prepare(COUNTS).all<{ name: string; waiting: number }>();
      return new Map(results.map(({ name, waiting }) => [name, waiting]));
    },
  };
}

function statementOf(db: D1Database, webhook: string, leasedUntil: number, end: WaitingEnd): D1PreparedStatement {
  if (end.outcome === 'refused') return db.prepare(REFUSED).bind(webhook, end.key, end.dueAt, leasedUntil);
  if (end.until === null) return db.prepare(SENT).bind(webhook, end.key, end.revision);
  return db.prepare(REMEMBER).bind(webhook, end.key, end.revision, end.until);
}

function waitingOf({ key, pending, revision, tries, since }: Row): WaitingEvents {
  const { folded, ...slots } = JSON.parse(pending) as Pending;
  const events = Object.values(slots)
    .map((text) => JSON.parse(text) as CacheEvent)
    .map((event) => (folded && event.type === 'cache.changed' ? { ...event, inserted: null, deleted: null } : event))
    .toSorted((one, other) => one.revision - other.revision);
  return { key, events, revision, tries, since };
}
