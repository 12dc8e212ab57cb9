/** Counts of the caches of a resource by state (CONTRACT 4), as of the last count. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Definition } from './resource.ts';
import { ResourceTitle, Timestamp, Whole } from './values.ts';

/** The number of caches in each state, by the states of `GET /caches/?state=`. */
export const CacheCounts = v.strictObject({
  fresh: about(Whole, 'How many are fresh.'),
  stale: about(Whole, 'How many have expired, or have nothing loaded.'),
  failing: about(Whole, 'How many have a failed last load, whether they are fresh or stale.'),
});

/** `GET /resources/<title>/stats/`, and `stats` of `GET /resources/?expand=stats`; the members in this order. */
export const ResourceStats = v.strictObject({
  caches: about(v.nullable(CacheCounts), 'The number of caches in each state; null: not counted yet.'),
  bytes: about(v.nullable(Whole), 'Size of their bodies, bytes; null: not counted yet.'),
  loaded: about(
    v.nullable(Timestamp),
    'When the latest load of any of them ended; null: none is loaded, or not counted yet.',
  ),
  counted_at: about(v.nullable(Timestamp), 'When they were counted; null: not counted yet.'),
  next_refresh: about(v.nullable(Timestamp), 'When the schedule next refreshes them; null: there is no schedule.'),
});
export type ResourceStats = v.InferOutput<typeof ResourceStats>;

/** An item of `GET /resources/?expand=stats`. */
export const ExpandedResource = v.strictObject({
  ...Definition.entries,
  title: about(ResourceTitle, 'Title of the resource.'),
  stats: ResourceStats,
});

/** One count; times in ms since the epoch. */
export interface Counted {
  fresh: number;
  stale: number;
  failing: number;
  bytes: number;
  /** When the latest load ended; null: nothing is loaded. */
  loadedAt: number | null;
  countedAt: number;
}

/** Counts of caches (table `resource_counts`). Every call throws D1's errors. */
export interface ResourceCounts {
  /** The last count; null: not counted yet. */
  read(title: string): Promise<Counted | null>;
  /** The same for several, by title, without those that are not counted yet. */
  readAll(titles: readonly string[]): Promise<Map<string, Counted>>;
  /**
   * One bounded step of the walk that counts all caches, resource by resource, and begins again after some minutes;
   * `now` in ms.
   */
  walk(now: number): Promise<void>;
}
