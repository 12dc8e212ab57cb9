/** What a fleet leaves in the stores. */

import type { Fleet } from './fleet.ts';
import type { Month } from './month.ts';
import type { Sizes } from './operations.ts';
import type { Usage } from './prices.ts';

const GB = 1e9;
const WEEKS_A_MONTH = 30 / 7;
/** Most ended tasks that an object keeps of a cache. */
const MOST_TASKS = 1000;

/** Gigabytes in D1, in objects and in R2. */
export interface Stored {
  records: number;
  entries: number;
  objects: number;
  blobs: number;
}

export function storedGb({ scale: { pairs, caches }, loads, changes }: Month, fleet: Fleet, sizes: Sizes): Stored {
  const tasks = Math.min(MOST_TASKS, loads / WEEKS_A_MONTH);
  const versions = Math.min(fleet.keptVersions, changes);
  return {
    records: (pairs * sizes.record) / GB,
    entries: (caches * sizes.entry) / GB,
    objects: (caches * (sizes.object + tasks * sizes.endedTask)) / GB,
    blobs: (caches * (sizes.body + versions * sizes.delta)) / GB,
  };
}

/** The same as billed amounts. */
export function storageUsage({ records, entries, objects, blobs }: Stored): Usage {
  return { d1StorageGb: records + entries, objectStorageGb: objects, r2StorageGb: blobs };
}
