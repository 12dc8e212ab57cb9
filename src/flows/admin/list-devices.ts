/**
 * Devices, their caches, and how far each device is behind (CONTRACT 4). Takes one read of D1, and one batch for the
 * current versions of all these caches. Leaves out resources that are closed to the reader.
 */

import type { Reader } from '../../contract/identity.ts';
import { isDefined } from '../../contract/resource.ts';
import { isHeld, recordsOf, refusalsOf } from '../../core/device-documents.ts';
import { hasWords, searchWords } from '../../core/search-words.ts';
import { isOutOfDate } from '../../core/sync-records.ts';
import type { Refusal, SyncRecord } from '../../ports/messages.ts';
import type { LoadedVersion } from '../../ports/stores.ts';
import type { DeviceFilter, DeviceName } from '../../ports/sync-store.ts';
import { closedTitles } from '../read/find-resource.ts';
import type { Services } from '../services.ts';

/** How much a page of devices that are behind examines, in steps. */
const LOOKED_DEVICES = 1000;
const LOOKED_CACHES = 10_000;
const STEP_DEVICES = 200;

type ListServices = Pick<Services, 'syncRecords' | 'entries' | 'resources'>;

/** Which page of which devices. */
export interface DeviceListRequest {
  filter: Pick<DeviceFilter, 'user' | 'device'>;
  /** Only devices with these words in their names (core/search-words.ts). */
  search?: string | undefined;
  /** Only devices whose names start with this. */
  prefix?: string | undefined;
  after: DeviceName | null;
  /** Most devices on the page. */
  limit: number;
  /** Who reads the list; null: caches of all resources are included. */
  reader: Reader | null;
  /** Only devices that are behind in at least one cache. */
  behind: boolean;
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

/** A device and its caches. */
export interface ListedDevice extends DeviceName {
  /** ms since the epoch */
  seen: number;
  caches: ListedCache[];
  refusals: Refusal[];
}

/** A page of devices; `next` is the device to continue after. */
interface ListedPage {
  devices: ListedDevice[];
  next: DeviceName | null;
}

/** How many caches on the device have a newer version. */
export function behindIn({ caches }: ListedDevice): number {
  return caches.filter(({ isHeld, isOutOfDate }) => isHeld && isOutOfDate).length;
}

/**
 * Returns a page in order of user and device. It is short if its devices have many caches. A page of devices that are
 * behind is also short, or even empty, after 1,000 devices or 10,000 caches: only the entries know the current
 * versions.
 */
export async function listDevices(services: ListServices, request: DeviceListRequest): Promise<ListedPage> {
  if (!request.behind) return pageOfDevices(services, request);
  const found: ListedDevice[] = [];
  let { after } = request;
  let caches = 0;
  for (let looked = 0; looked < LOOKED_DEVICES; looked += STEP_DEVICES) {
    const page = await pageOfDevices(services, { ...request, after, limit: STEP_DEVICES });
    found.push(...page.devices.filter((device) => behindIn(device) > 0));
    after = page.next;
    caches += page.devices.reduce((sum, device) => sum + device.caches.length, 0);
    if (found.length >= request.limit || after === null || caches >= LOOKED_CACHES) break;
  }
  const devices = found.slice(0, request.limit);
  const last = devices.at(-1);
  const isCut = found.length > devices.length && last !== undefined;
  return { devices, next: isCut ? { user: last.user, device: last.device } : after };
}

/** Returns a filter for names; undefined if there is none. */
function fitting({ search, prefix = '' }: Pick<DeviceListRequest, 'search' | 'prefix'>): DeviceFilter['fits'] {
  if (search === undefined && prefix === '') return undefined;
  const words = search === undefined ? [] : searchWords(search);
  return (device) => device.startsWith(prefix) && hasWords(words, device);
}

async function pageOfDevices(
  services: ListServices,
  { filter, after, limit, reader, ...named }: DeviceListRequest,
): Promise<ListedPage> {
  const fits = fitting(named);
  const { devices, next } = await services.syncRecords.listDevices({ ...filter, fits }, after, limit);
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

/**
 * Returns the loaded state of the records' caches by key, without purged caches and those of deleted resources; and
 * which caches fail.
 */
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
