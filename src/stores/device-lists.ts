/** Lists from table `devices`, and from the former table as long as it has rows. */

import { mergedDocument, recordsOf } from '../core/device-documents.ts';
import { compareRecords, newestRecords } from '../core/sync-records.ts';
import type { SyncRecord } from '../ports/messages.ts';
import type {
  DeviceDocument,
  DeviceFilter,
  DeviceName,
  DevicePage,
  SyncFilter,
  SyncPage,
  SyncPlace,
} from '../ports/sync-store.ts';
import { AS_DOCUMENT, readDevices, readNames } from './device-rows.ts';
import { formerPage } from './former-sync-records.ts';

/** Most devices that a page of records reads when it selects those of one resource. */
const LOOKED_DEVICES = 1000;
/** A page of devices ends after this number of caches. */
const MAX_CACHES_LISTED = 10_000;
/** Most former records that a page of devices reads. */
const FORMER_RECORDS = 5000;
/** Most names that a page of devices reads when it selects some by name. */
const LOOKED_NAMES = 5000;
/** Sorts after all resources and keys of a device. */
const LAST = { resource: '\u{10ffff}', key: 'f'.repeat(64) };

/** The page of records after a place. */
export async function listRecords(
  db: D1Database,
  filter: SyncFilter,
  after: SyncPlace | null,
  limit: number,
): Promise<SyncPage> {
  const { resource } = filter;
  const isWanted = (record: SyncRecord) =>
    (resource === undefined || record.resource === resource) && (after === null || compareRecords(record, after) > 0);
  const records: SyncRecord[] = [];
  const { end, former } = await readDevices(
    db,
    {
      filter,
      from: after,
      inclusive: true,
      most: resource === undefined ? limit + (after === null ? 1 : 2) : LOOKED_DEVICES,
      former: formerPage(filter, after, limit + 1, AS_DOCUMENT),
    },
    (device) => {
      records.push(...recordsOf(device).filter(isWanted));
      return records.length > limit;
    },
  );
  const formerRecords = former.flatMap(recordsOf);
  return mergedPage(
    [
      { records, next: end === null ? null : { ...end, ...LAST, ...(resource === undefined ? {} : { resource }) } },
      { records: formerRecords, next: formerRecords.length > limit ? (formerRecords.at(-1) ?? null) : null },
    ],
    limit,
  );
}

/**
 * Merges pages of several places after the same record into one: the newest of each record, up to where all pages
 * reach.
 */
export function mergedPage(pages: readonly SyncPage[], limit: number): SyncPage {
  const end = earliest(pages, compareRecords);
  const all = newestRecords(pages.flatMap(({ records }) => records))
    .filter((record) => end === null || compareRecords(record, end) <= 0)
    .sort(compareRecords);
  const records = all.slice(0, limit);
  const last = records.at(-1);
  return { records, next: all.length > limit && last !== undefined ? placeOf(last) : end };
}

/** The page of devices after a device. */
export async function listDevices(
  db: D1Database,
  { fits, ...filter }: DeviceFilter,
  after: DeviceName | null,
  limit: number,
): Promise<DevicePage> {
  const fitting = fits === undefined ? null : await fittingNames(db, { fits, ...filter }, after, limit + 1);
  const devices: DeviceDocument[] = [];
  let caches = 0;
  const { end, former } = await readDevices(
    db,
    {
      filter,
      from: after,
      inclusive: false,
      most: limit + 1,
      ...(fitting === null ? {} : { names: fitting.names }),
      former: formerPage(filter, after && { ...after, ...LAST }, FORMER_RECORDS, AS_DOCUMENT),
    },
    ({ rev: _rev, ...device }) => {
      devices.push(device);
      caches += countOf(device);
      return caches >= MAX_CACHES_LISTED;
    },
  );
  return mergedDevices(
    [
      { devices, next: end ?? fitting?.end ?? null },
      {
        devices: fits === undefined ? former : former.filter(({ device }) => fits(device)),
        next: former.length < FORMER_RECORDS ? null : lastWhole(former),
      },
    ],
    limit,
  );
}

/** The first names that match, and the last name that was read; null: there are no more. */
async function fittingNames(
  db: D1Database,
  { fits, ...filter }: DeviceFilter & { fits: (device: string) => boolean },
  after: DeviceName | null,
  most: number,
): Promise<{ names: DeviceName[]; end: DeviceName | null }> {
  const looked = await readNames(db, { filter, from: after, inclusive: false, most: LOOKED_NAMES });
  const names = looked.filter(({ device }) => fits(device)).slice(0, most);
  const isWhole = names.length < most && looked.length < LOOKED_NAMES;
  return { names, end: isWhole ? null : ((names.length < most ? looked : names).at(-1) ?? null) };
}

/** Merges pages of several places after the same device into one, up to where all pages reach. */
export function mergedDevices(pages: readonly DevicePage[], limit: number): DevicePage {
  const end = earliest(pages, compareDevices);
  const all = new Map<string, DeviceDocument>();
  for (const device of pages.flatMap(({ devices }) => devices)) {
    if (end !== null && compareDevices(device, end) > 0) continue;
    const id = JSON.stringify([device.user, device.device]);
    const other = all.get(id);
    all.set(id, other === undefined ? device : mergedDocument(other, device));
  }
  const sorted = [...all.values()].sort(compareDevices);
  let caches = 0;
  const full = sorted.findIndex((device, at) => {
    caches += countOf(device);
    return at === limit || (at > 0 && caches > MAX_CACHES_LISTED);
  });
  const devices = full < 0 ? sorted : sorted.slice(0, full);
  const last = devices.at(-1);
  return { devices, next: full < 0 || last === undefined ? end : { user: last.user, device: last.device } };
}

/** The first end among pages that have a next page; null: none has. */
function earliest<Place>(
  pages: readonly { next: Place | null }[],
  compare: (a: Place, b: Place) => number,
): Place | null {
  const ends = pages.flatMap(({ next }) => (next === null ? [] : [next]));
  return ends.sort(compare)[0] ?? null;
}

/** The device before that of the last record, whose records may continue; if there is only one device, that one. */
function lastWhole(records: readonly DeviceDocument[]): DeviceName | null {
  const last = records.at(-1);
  if (last === undefined) return null;
  const before = records.findLast((record) => compareDevices(record, last) < 0);
  const { user, device } = before ?? last;
  return { user, device };
}

function compareDevices(a: DeviceName, b: DeviceName): number {
  const whole = ({ user, device }: DeviceName) => ({ user, device, resource: '', key: '' });
  return compareRecords(whole(a), whole(b));
}

function placeOf({ user, device, resource, key }: SyncPlace): SyncPlace {
  return { user, device, resource, key };
}

function countOf({ caches }: DeviceDocument): number {
  return Object.keys(caches).length;
}
