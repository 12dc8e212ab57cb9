/**
 * Merges notes about devices into table `devices` (one row per device), many in one statement, by the rules of
 * core/device-documents.ts. The time is linear in the size of the documents, except for SQLite's sorts.
 */

import { log } from '../log.ts';
import type { DeviceDocument, DeviceName, Noted } from '../ports/sync-store.ts';
import { platformRetryAfterS } from './platform-faults.ts';

/** Most caches that are kept for a device; those that were given longest ago are removed first. */
export const MAX_CACHES = 1000;
const MAX_REFUSALS = 5;
/** A smaller document cannot have more caches than that: a name and its value take at least 45 bytes. */
const SMALL_BYTES = 45 * MAX_CACHES;
/** A device that was seen within this time is never removed for a new one. */
const SEEN_LATELY_MS = 7 * 86_400_000;

/** Members of one object as text and of another as rows, without incoming members from before the user was forgotten. */
const both = (part: string, mark: string) => `(
  SELECT key, value FROM json_each(old.${part})
  UNION ALL SELECT key, value FROM json_each(came.${part}) WHERE value > ${mark})`;
const newest = (part: string, mark: string) => `SELECT key, max(value) AS value FROM ${both(part, mark)} GROUP BY key`;
const CACHES = newest('caches', "printf('%016d~', came.mark)");

/** The incoming documents, with the time when their user or device was last forgotten. */
const CAME = `
  given AS MATERIALIZED (
    SELECT value ->> 'user' AS user, value ->> 'device' AS device, value ->> 'nth' AS nth, value ->> 'seen' AS seen,
      value ->> 'checked' AS checked, value -> 'caches' AS caches, value -> 'holds' AS holds, value -> 'refusals' AS refusals
    FROM json_each(?1)),
  marked AS MATERIALIZED (
    SELECT *, max(
      coalesce((SELECT at FROM forgotten AS f WHERE f.user = given.user AND f.device = ''), -1),
      coalesce((SELECT at FROM forgotten AS f WHERE f.user = given.user AND f.device = given.device), -1)) AS mark
    FROM given),
  came AS MATERIALIZED (
    SELECT user, device, nth, seen, mark, iif(checked > mark, checked, 0) AS checked, caches, holds, refusals
    FROM marked WHERE seen > mark)`;

// Members are sorted by name, so the text differs only if something has changed.
const MERGE = `
  WITH ${CAME}
  INSERT INTO devices (user, device, rev, seen, checked, caches, holds, refusals)
  SELECT came.user, came.device, coalesce(old.rev, 0) + 1, max(came.seen, coalesce(old.seen, 0)),
    max(came.checked, coalesce(old.checked, 0)),
    iif(octet_length(came.caches) + octet_length(coalesce(old.caches, '')) < ${SMALL_BYTES},
      (SELECT json_group_object(key, value) FROM (${CACHES})),
      (SELECT json_group_object(key, value) FROM (
        SELECT key, value FROM (${CACHES} ORDER BY value DESC, key LIMIT ${MAX_CACHES}) ORDER BY key))),
    (SELECT json_group_object(key, value) FROM (
      SELECT key, value FROM (${newest('holds', 'came.mark')}
        HAVING max(value) >= max(came.checked, coalesce(old.checked, 0)) ORDER BY value DESC, key LIMIT ${MAX_CACHES})
      ORDER BY key)),
    (SELECT json_group_object(key, value) FROM (
      ${newest('refusals', 'came.mark')} ORDER BY value DESC, key LIMIT ${MAX_REFUSALS}))
  FROM came LEFT JOIN devices AS old ON old.user = came.user AND old.device = came.device
  WHERE ?2 IS NULL OR old.rev IS NOT NULL OR came.nth + (SELECT count(*) FROM devices AS d WHERE d.user = came.user) < ?2
  ON CONFLICT (user, device) DO UPDATE SET rev = excluded.rev, seen = excluded.seen, checked = excluded.checked,
    caches = excluded.caches, holds = excluded.holds, refusals = excluded.refusals
  WHERE (excluded.seen, excluded.checked, excluded.caches, excluded.holds, excluded.refusals) <>
    (devices.seen, devices.checked, devices.caches, devices.holds, devices.refusals)`;

const MISSING = `
  WITH ${CAME}
  SELECT user, device FROM came
  WHERE NOT EXISTS (SELECT 1 FROM devices AS d WHERE d.user = came.user AND d.device = came.device)`;

const ROOM = `
  SELECT count(*) AS known, count(*) FILTER (WHERE seen < ?2) AS replaceable FROM devices WHERE user = ?1`;

const REPLACE = `
  DELETE FROM devices WHERE (user, device) IN (
    SELECT user, device FROM devices WHERE user = ?1 AND seen < ?2 ORDER BY seen, device LIMIT ?3)`;

/** Limits the number of a user's devices. */
export interface DeviceLimit {
  /** Most devices of a user; null: no limit, because the devices were already accepted elsewhere (as in a move). */
  maxDevices: number | null;
  /** ms since the epoch */
  now: number;
}

/**
 * Merges groups of documents (core/device-documents.ts), with a statement for each. @throws what D1 throws when it is
 * not available
 */
export async function mergeDocuments(
  db: D1Database,
  groups: readonly DeviceDocument[][],
  limit: DeviceLimit,
): Promise<Noted> {
  const noted: Noted = { failed: [], refused: [] };
  for (const group of groups) {
    const { failed, refused } = await mergeGroup(db, group, limit);
    noted.failed.push(...failed);
    noted.refused.push(...refused);
  }
  return noted;
}

/** A document that fails alone is split off, so that it does not hold up the others. */
async function mergeGroup(db: D1Database, group: readonly DeviceDocument[], limit: DeviceLimit): Promise<Noted> {
  try {
    return { failed: [], refused: await merge(db, group, limit) };
  } catch (error) {
    if (platformRetryAfterS(error, limit.now) !== null) throw error;
    const [only] = group;
    if (group.length === 1 && only !== undefined) {
      log('error', 'sync_records.device_failed', { user: only.user, device: only.device, error });
      return { failed: [nameOf(only)], refused: [] };
    }
  }
  const middle = Math.ceil(group.length / 2);
  const halves = [group.slice(0, middle), group.slice(middle)];
  return mergeDocuments(
    db,
    halves.map((half) => [...half]),
    limit,
  );
}

/** Returns the devices for which there was no room. */
async function merge(
  db: D1Database,
  group: readonly DeviceDocument[],
  { maxDevices, now }: DeviceLimit,
): Promise<DeviceName[]> {
  const written = await write(db, group, maxDevices);
  // If all were written, all were accepted; otherwise some may have contained nothing new.
  if (written === group.length || maxDevices === null) return [];
  const { results: missing } = await db.prepare(MISSING).bind(bound(group)).all<DeviceName>();
  const refused: DeviceName[] = [];
  for (const [user, devices] of Map.groupBy(missing, (name) => name.user)) {
    const names = new Set(devices.map(({ device }) => device));
    const comers = group.filter((document) => document.user === user && names.has(document.device));
    const room = await makeRoom(db, user, comers.length, maxDevices, now - SEEN_LATELY_MS);
    if (room > 0) await write(db, comers.slice(0, room), maxDevices);
    refused.push(...comers.slice(room).map(nameOf));
  }
  return refused;
}

async function write(db: D1Database, group: readonly DeviceDocument[], maxDevices: number | null): Promise<number> {
  const { meta } = await db.prepare(MERGE).bind(bound(group), maxDevices).run();
  return meta.changes;
}

/**
 * The number of new devices that a user may add, after devices that were not seen recently have been removed to make
 * room.
 */
async function makeRoom(
  db: D1Database,
  user: string,
  wanted: number,
  maxDevices: number,
  seenBefore: number,
): Promise<number> {
  const row = await db.prepare(ROOM).bind(user, seenBefore).first<{ known: number; replaceable: number }>();
  const { known = 0, replaceable = 0 } = row ?? {};
  const room = Math.max(0, Math.min(wanted, maxDevices - known + replaceable));
  const replaced = known + room - maxDevices;
  if (replaced > 0) await db.prepare(REPLACE).bind(user, seenBefore, replaced).run();
  return room;
}

/** The group as JSON; `nth`: how many documents of the same user come before, all of which may be new. */
function bound(group: readonly DeviceDocument[]): string {
  const counts = new Map<string, number>();
  return JSON.stringify(
    group.map((document) => {
      const nth = counts.get(document.user) ?? 0;
      counts.set(document.user, nth + 1);
      return { ...document, nth };
    }),
  );
}

function nameOf({ user, device }: DeviceName): DeviceName {
  return { user, device };
}
