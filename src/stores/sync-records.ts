/** What is known about devices, in one database (tables `devices`, `forgotten`, and the former `sync_records`). */

import { documentsOf, inGroups, timeText } from '../core/device-documents.ts';
import type { SyncRecord } from '../ports/messages.ts';
import type { DeviceDocument, DeviceName, Noted, SyncFilter, SyncRecords } from '../ports/sync-store.ts';
import { listDevices, listRecords } from './device-lists.ts';
import { mergeDocuments } from './device-merge.ts';
import { type DeviceRange, readDevices, type StoredDevice } from './device-rows.ts';
import { moveFormer } from './former-sync-records.ts';
import { moveWalk, readWalk } from './walks.ts';

const WALK = 'drop-old-devices';

/** Devices of one step of a walk, with the time of the cache that they were given longest ago. */
const OLDEST = `
  SELECT user, device, rev, seen, (SELECT min(value) FROM json_each(caches)) AS oldest FROM devices
  WHERE (user, device) > (?1, ?2) ORDER BY user, device LIMIT ?3`;
type Oldest = Pick<StoredDevice, 'user' | 'device' | 'rev' | 'seen'> & { oldest: string | null };

// A device may have synchronised since its row was read; then its row has another `rev`.
const AS_READ =
  "(user, device, rev) IN (SELECT value ->> 'user', value ->> 'device', value ->> 'rev' FROM json_each(?1))";
const DROP = `DELETE FROM devices WHERE ${AS_READ}`;
const TRIM = `
  UPDATE devices SET rev = rev + 1,
    caches = (SELECT json_group_object(key, value) FROM json_each(devices.caches) WHERE value >= ?2)
  WHERE ${AS_READ}`;

const MARK = `
  INSERT INTO forgotten (user, device, at) VALUES (?1, ?2, ?3)
  ON CONFLICT (user, device) DO UPDATE SET at = max(at, excluded.at)`;
const COUNTED = 'SELECT user, device, (SELECT count(*) FROM json_each(caches)) AS records FROM devices';
const FORGET = 'DELETE FROM devices WHERE (user, device) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))';
/** Deletes the first ones. */
const FORGET_SOME = `
  UPDATE devices SET rev = rev + 1, caches = (
    SELECT json_group_object(key, value) FROM (SELECT key, value FROM json_each(devices.caches) LIMIT -1 OFFSET ?3))
  WHERE user = ?1 AND device = ?2`;

/** The part in one database, and the methods that move devices between databases. */
export interface SyncShard extends SyncRecords {
  /** A page of documents as they are stored. */
  stored(range: DeviceRange): Promise<{ devices: StoredDevice[]; end: DeviceName | null }>;
  /** Moves the records of the former table to the place where `put` notes them. */
  moveFormerTo(filter: SyncFilter, put: (records: readonly SyncRecord[]) => Promise<Noted>): Promise<void>;
  /** Stores documents from another database. */
  adopt(devices: readonly DeviceDocument[]): Promise<DeviceName[]>;
  /** Stores records of the former table. */
  adoptRecords(records: readonly SyncRecord[]): Promise<Noted>;
  /** Deletes documents that have not changed since they were read. */
  drop(devices: readonly StoredDevice[]): Promise<void>;
  /** Notes that a user, or one device, was forgotten at `now`. */
  mark(user: string, device: string | null, now: number): Promise<void>;
}

/** Settings of a database. */
export interface SyncRecordOptions {
  /** MAX_DEVICES_PER_USER; null: any number. Default: 1,000. */
  maxDevices?: number | null;
}

/** What is known about devices in a database. All methods throw what D1 throws. */
export function d1SyncRecords(db: D1Database, { maxDevices = 1000 }: SyncRecordOptions = {}): SyncShard {
  const dropping = (rows: readonly Pick<StoredDevice, 'user' | 'device' | 'rev'>[]) =>
    db.prepare(DROP).bind(JSON.stringify(rows.map(({ user, device, rev }) => ({ user, device, rev }))));

  const adoptRecords = (records: readonly SyncRecord[]) =>
    mergeDocuments(db, documentsOf({ records }), { maxDevices: null, now: Date.now() });

  async function mark(user: string, device: string | null, now: number): Promise<void> {
    await db
      .prepare(MARK)
      .bind(user, device ?? '', now)
      .run();
  }

  return {
    list: (filter, after, limit) => listRecords(db, filter, after, limit),

    listDevices: (filter, after, limit) => listDevices(db, filter, after, limit),

    put: (records, { checks = [], refusals = [] } = {}, now = Date.now()) =>
      mergeDocuments(db, documentsOf({ records, checks, refusals }), { maxDevices, now }),

    async remove(user, device, limit, now) {
      // Moves the former records first, so that no record is counted twice. After the mark, none of them comes back.
      await moveFormer(db, { user, ...(device === null ? {} : { device }) }, adoptRecords);
      await mark(user, device, now);
      const range = device === null ? 'user = ?1' : 'user = ?1 AND device = ?3';
      const { results } = await db
        .prepare(`${COUNTED} WHERE ${range} LIMIT ?2`)
        .bind(user, limit, ...(device === null ? [] : [device]))
        .all<DeviceName & { records: number }>();
      const statements: D1PreparedStatement[] = [];
      const whole: string[][] = [];
      let left = limit;
      for (const row of results) {
        // A device that only has refusals counts as one.
        const count = Math.max(1, row.records);
        if (count > left) {
          if (left > 0) statements.push(db.prepare(FORGET_SOME).bind(row.user, row.device, left));
          left = 0;
          break;
        }
        whole.push([row.user, row.device]);
        left -= count;
      }
      if (whole.length > 0) statements.push(db.prepare(FORGET).bind(JSON.stringify(whole)));
      if (statements.length > 0) await db.batch(statements);
      return limit - left;
    },

    async dropOld(before, limit) {
      const [user, device] = (await readWalk<[string, string]>(db, WALK)) ?? ['', ''];
      const { results } = await db.prepare(OLDEST).bind(user, device, limit).all<Oldest>();
      const last = results.length < limit ? undefined : results.at(-1);
      const isOld = ({ oldest }: Oldest) => oldest !== null && oldest < timeText(before);
      const trimmed = results.filter((row) => row.seen >= before && isOld(row));
      await db.batch([
        dropping(results.filter(({ seen }) => seen < before)),
        db.prepare(TRIM).bind(JSON.stringify(trimmed), timeText(before)),
        moveWalk(db, WALK, last === undefined ? null : [last.user, last.device]),
      ]);
    },

    async dropMarks(before) {
      await db.prepare('DELETE FROM forgotten WHERE at < ?1').bind(before).run();
    },

    moveFormer: () => moveFormer(db, { user: null }, adoptRecords),

    moveFormerTo: (filter, put) => moveFormer(db, filter, put),

    async stored(range) {
      const devices: StoredDevice[] = [];
      const { end } = await readDevices(db, range, (device) => {
        devices.push(device);
        return false;
      });
      return { devices, end };
    },

    async adopt(devices) {
      return (await mergeDocuments(db, inGroups(devices), { maxDevices: null, now: Date.now() })).failed;
    },

    adoptRecords,

    async drop(devices) {
      if (devices.length > 0) await dropping(devices).run();
    },

    mark,
  };
}
