/**
 * Devices, what each has and how far it is behind (CONTRACT 4): one read of D1, and one batch for what is current of all
 * their caches. What is closed to the reader is left out.
 */

import type { DeviceName } from '../../contract/device-document.ts';
import type { Reader } from '../../contract/identity.ts';
import type { Refusal, SyncRecord } from '../../contract/messages.ts';
import { isDefined } from '../../contract/resource.ts';
import type { LoadedVersion } from '../../contract/stores.ts';
import type { SyncFilter } from '../../contract/sync-store.ts';
import { isHeld, recordsOf, refusalsOf } from '../../core/device-documents.ts';
import { isOutOfDate } from '../../core/sync-records.ts';
import { closedTitles } from '../read/find-resource.ts';
import type { Services } from '../services.ts';

type ListServices = Pick<Services, 'syncRecords' | 'entries' | 'resources'>;

/** Which page of which devices. */
export interface DeviceListRequest {
  filter: Pick<SyncFilter, 'user' | 'device'>;
  after: DeviceName | null;
  /** Most devices of the page. */
  limit: number;
  /** Whose list it is; null: caches of all resources are told of. */
  reader: Reader | null;
}

/** A cache of a device. */
export interface ListedCache {
  record: SyncRecord;
  isHeld: boolean;
  /** Null: nothing is loaded. */
  currentVersion: number | null;
  isOutOfDate: boolean;
  isFailing: boolean;
}

/** A device and what it has. */
export interface ListedDevice extends DeviceName {
  /** ms since the epoch */
  seen: number;
  caches: ListedCache[];
  refusals: Refusal[];
}

/** A page in order of user and device; `next` is the device to go on after. A page is short where its devices have many caches. */
export async function listDevices(
  services: ListServices,
  { filter, after, limit, reader }: DeviceListRequest,
): Promise<{ devices: ListedDevice[]; next: DeviceName | null }> {
  const { devices, next } = await services.syncRecords.listDevices(filter, after, limit);
  const records = devices.map(recordsOf);
  const titles = new Set(records.flat().map(({ resource }) => resource));
  const closed = reader === null ? new Set<string>() : await closedTitles(services.resources, titles, reader);
  const { current, failing } = await stateOf(services, records.flat());
  const listed = devices.map((device, at): ListedDevice => {
    const open = (records[at] ?? []).filter(({ resource }) => !closed.has(resource));
    const caches = open.map((record): ListedCache => {
      const loaded = current.get(record.key) ?? null;
      return {
        record,
        isHeld: isHeld(device, record),
        currentVersion: loaded?.version ?? null,
        isOutOfDate: isOutOfDate(record, loaded),
        isFailing: failing.has(record.key),
      };
    });
    return { user: device.user, device: device.device, seen: device.seen, caches, refusals: refusalsOf(device) };
  });
  return { devices: listed, next };
}

/** What is loaded of the records' caches, by key; what was purged or is of a deleted resource is left out. And which of them fail. */
async function stateOf(
  { entries, resources }: ListServices,
  records: readonly SyncRecord[],
): Promise<{ current: ReadonlyMap<string, { version: number; changed: number }>; failing: ReadonlySet<string> }> {
  const found = await entries.findVersions([...new Set(records.map(({ key }) => key))]);
  const known = await resources.findAll([...new Set(found.map(({ resource }) => resource))]);
  const current = new Map(
    found.flatMap((entry: LoadedVersion) => {
      const resource = known.get(entry.resource) ?? null;
      const { key, version, changed, number } = entry;
      if (!isDefined(resource) || version === null || number < resource.purged) return [];
      return [[key, { version, changed: changed ?? version }]];
    }),
  );
  return { current, failing: new Set(found.filter(({ failing }) => failing === 1).map(({ key }) => key)) };
}
