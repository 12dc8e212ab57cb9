/** Reads rows of table `devices` in order of user and device, for lists and walks: at most 4 MiB at a time. */

import { MAX_PAGE_BYTES } from '../contract/constants.ts';
import type { DeviceDocument, DeviceName, SyncFilter } from '../ports/sync-store.ts';
import type { Fragment } from './former-sync-records.ts';

/**
 * Most rows of a statement, and the largest documents that are read with their rows; larger ones need one more
 * statement.
 */
const ROWS = 256;
const SMALL_BYTES = MAX_PAGE_BYTES / ROWS;

/** A document as it is stored. */
export interface StoredDevice extends DeviceDocument {
  /** Grows with each change of the row. */
  rev: number;
}

/** The last three members are JSON; null if they are large. */
interface Row extends DeviceName {
  /** Null: the row is a record of the former table. */
  rev: number | null;
  seen: number;
  checked: number;
  value_bytes: number;
  caches: string | null;
  holds: string | null;
  refusals: string | null;
}

const BYTES = 'octet_length(caches) + octet_length(holds)';
const NAMED = 'SELECT user, device, rev, seen, checked, caches, holds, refusals FROM devices';
const sized = (column: string) => `CASE WHEN ${BYTES} <= ${SMALL_BYTES} THEN ${column} END AS ${column}`;
const COLUMNS = `user, device, rev, seen, checked, ${BYTES} AS value_bytes, ${sized('caches')}, ${sized('holds')}, refusals`;
const IS_NAMED = '(user, device) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))';
const LARGE = `${NAMED} WHERE ${IS_NAMED}`;

/** Columns of `formerPage` that match those of this table: each record becomes a document with one cache. */
export const AS_DOCUMENT = `
  user, device, NULL AS rev, synced_at AS seen, 0 AS checked, 0 AS value_bytes,
  json_object(resource || ' ' || key, printf('%016d %016d %d', synced_at, version, changed)) AS caches,
  '{}' AS holds, '{}' AS refusals`;

/** The rows to read. */
export interface DeviceRange {
  filter: Pick<SyncFilter, 'user' | 'device'>;
  /** The place where the rows begin; null: at the start. */
  from: DeviceName | null;
  /** Whether the row at that place is included. */
  inclusive: boolean;
  /** Most rows that the caller may need. */
  most: number;
  /** Only the rows of these names, which lie in the range; at most 256. */
  names?: readonly DeviceName[];
  /** Records of the former table (AS_DOCUMENT) that are read in the same statement as the first rows. */
  former?: Fragment;
}

/** The result of reading. */
export interface ReadDevices {
  /** The device up to which all rows were read; null: there are no more. */
  end: DeviceName | null;
  former: DeviceDocument[];
}

/** Reads rows one after the other until `take` says that it has enough, there are no more, or they have too many bytes. */
export async function readDevices(
  db: D1Database,
  range: DeviceRange,
  take: (device: StoredDevice) => boolean,
): Promise<ReadDevices> {
  let { from, inclusive } = range;
  let left = range.most;
  let bytes = 0;
  let former: DeviceDocument[] = [];
  for (let first = true; ; first = false) {
    const limit = Math.min(left, ROWS);
    const rows = await rowsAfter(db, { ...range, from, inclusive }, limit, first ? range.former : undefined);
    if (first) former = rows.filter(({ rev }) => rev === null).map(documentOf);
    const own = inOrderOf(
      range.names,
      rows.filter(({ rev }) => rev !== null),
    );
    const fit = countThatFits(own, bytes);
    const devices = await whole(db, own.slice(0, fit));
    for (const [at, device] of devices.entries()) {
      const isLast = at === own.length - 1 && own.length < limit;
      if (take(device)) return { end: isLast ? null : nameOf(device), former };
    }
    const last = own[fit - 1];
    if (fit < own.length && last !== undefined) return { end: nameOf(last), former };
    if (own.length < limit || last === undefined) return { end: null, former };
    bytes += own.reduce((sum, { value_bytes }) => sum + value_bytes, 0);
    left -= own.length;
    if (left <= 0 || bytes >= MAX_PAGE_BYTES) return { end: nameOf(last), former };
    [from, inclusive] = [nameOf(last), false];
  }
}

/** The names in a range, read from its index. */
export async function readNames(db: D1Database, { most, ...range }: DeviceRange): Promise<DeviceName[]> {
  const { sql, values } = rangeOf(range);
  const { results } = await db
    .prepare(`SELECT user, device FROM devices ${sql} LIMIT ?`)
    .bind(...values, most)
    .all<DeviceName>();
  return results;
}

async function rowsAfter(db: D1Database, range: DeviceRange, limit: number, former?: Fragment): Promise<Row[]> {
  const { sql, values } = rangeOf(range);
  const devices = `SELECT ${COLUMNS} FROM devices ${sql} LIMIT ?`;
  const beside = former === undefined ? '' : ` UNION ALL SELECT * FROM (${former.sql})`;
  const { results } = await db
    .prepare(`SELECT * FROM (${devices})${beside}`)
    .bind(...values, limit, ...(former?.values ?? []))
    .all<Row>();
  return results;
}

/** The rows in the order of the names, which is the order of lists. Without names the rows already have it. */
function inOrderOf(names: readonly DeviceName[] | undefined, rows: Row[]): Row[] {
  if (names === undefined) return rows;
  const places = new Map(names.map((name, at) => [idOf(name), at]));
  const placeOf = (row: Row) => places.get(idOf(row)) ?? 0;
  return rows.sort((a, b) => placeOf(a) - placeOf(b));
}

/**
 * SQL of one range of the primary key or of `devices_by_device`, in its order; or of the rows of some names, in theirs.
 */
function rangeOf({ filter: { user, device }, from, inclusive, names }: Omit<DeviceRange, 'most'>): {
  sql: string;
  values: string[];
} {
  if (names !== undefined) return { sql: `WHERE ${IS_NAMED}`, values: [asJson(names)] };
  const than = inclusive ? '>=' : '>';
  const place = from ?? { user: '', device: '' };
  if (user !== null && device !== undefined) {
    return { sql: `WHERE user = ? AND device = ? AND device ${than} ?`, values: [user, device, place.device] };
  }
  if (user !== null)
    return { sql: `WHERE user = ? AND device ${than} ? ORDER BY device`, values: [user, place.device] };
  if (device !== undefined) {
    return { sql: `WHERE device = ? AND user ${than} ? ORDER BY user`, values: [device, place.user] };
  }
  return { sql: `WHERE (user, device) ${than} (?, ?) ORDER BY user, device`, values: [place.user, place.device] };
}

/** How many of the rows fit into a page that already has this number of bytes; the first row always fits. */
function countThatFits(rows: readonly Row[], before: number): number {
  let bytes = before;
  const end = rows.findIndex(({ value_bytes }) => {
    const isFull = bytes > 0 && bytes + value_bytes > MAX_PAGE_BYTES;
    bytes += value_bytes;
    return isFull;
  });
  return end < 0 ? rows.length : end;
}

/** The documents of rows; one further statement reads the large ones. A row that was deleted meanwhile is left out. */
async function whole(db: D1Database, rows: readonly Row[]): Promise<StoredDevice[]> {
  const large = rows.filter(({ caches }) => caches === null);
  if (large.length === 0) return rows.map(storedOf);
  const { results } = await db.prepare(LARGE).bind(asJson(large)).all<Row>();
  const read = new Map(results.map((row) => [idOf(row), row]));
  return rows.flatMap((row) => {
    const found = row.caches === null ? read.get(idOf(row)) : row;
    return found === undefined ? [] : [storedOf(found)];
  });
}

function storedOf(row: Row): StoredDevice {
  return { ...documentOf(row), rev: row.rev ?? 0 };
}

function documentOf({ user, device, seen, checked, caches, holds, refusals }: Row): DeviceDocument {
  return {
    user,
    device,
    seen,
    checked,
    caches: JSON.parse(caches ?? '{}'),
    holds: JSON.parse(holds ?? '{}'),
    refusals: JSON.parse(refusals ?? '{}'),
  };
}

function asJson(names: readonly DeviceName[]): string {
  return JSON.stringify(names.map(({ user, device }) => [user, device]));
}

function idOf({ user, device }: DeviceName): string {
  return JSON.stringify([user, device]);
}

function nameOf({ user, device }: DeviceName): DeviceName {
  return { user, device };
}
