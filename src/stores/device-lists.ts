/** Lists out of table `devices`, and out of the former table as long as there is something in it. */

import { mergedDocument, recordsOf } from '../core/device-documents.ts';
import { compareRecords, newestRecords } from '../core/sync-records.ts';
import type { DeviceDocument, DeviceName } from '../ports/device-document.ts';
import type { SyncRecord } from '../ports/messages.ts';
import type { DeviceFilter, DevicePage, SyncFilter, SyncPage, SyncPlace } from '../ports/sync-store.ts';
import { AS_DOCUMENT, readDevices, readNames } from './device-rows.ts';
import { formerPage } from './former-sync-records.ts';

/** Devices that a page of records looks at, where it picks those of one resource out of all. */
const LOOKED_DEVICES = 1000;
/** Caches after which a page of devices ends. */
const MAX_CACHES_LISTED = 10_000;
/** Former records that a page of devices reads. */
const FORMER_RECORDS = 5000;
/** Names that a page of devices looks at, where it picks some by their names. */
const LOOKED_NAMES = 5000;
/** After all resources and keys of a device. */
const LAST = { resource: '\u{10ffff}', key: 'f'.repeat(64) };

/** A page of records after a place. */
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

/** Pages of several places after the same record as one page: the newest of each record, as far as all pages reach. */
export function mergedPage(pages: readonly SyncPage[], limit: number): SyncPage {
  const end = earliest(pages, compareRecords);
  const all = newestRecords(pages.flatMap(({ records }) => records))
    .filter((record) => end === null || compareRecords(record, end) <= 0)
    .sort(compareRecords);
  const records = all.slice(0, limit);
  const last = records.at(-1);
  return { records, next: all.length > limit && last !== undefined ? placeOf(last) : end };
}

/** A page of devices after one. */
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

/** The first names that fit, and the one up to which all were looked at; null: there are no more. */
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

/** Pages of several places after the same device as one, as far as all reach. */
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

/** Where the first of the pages ends that are not the last ones; null: all are. */
function earliest<Place>(
  pages: readonly { next: Place | null }[],
  compare: (a: Place, b: Place) => number,
): Place | null {
  const ends = pages.flatMap(({ next }) => (next === null ? [] : [next]));
  return ends.sort(compare)[0] ?? null;
}

/** The device before that of the last record, whose records may go on; that itself where it is the only one. */
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
