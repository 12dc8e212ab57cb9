/** How the caches of a resource stand (CONTRACT 4), as they were last counted. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp } from './timestamp.ts';
import { Whole } from './values.ts';

/** How many caches are in which state, as `GET /caches/?state=` lists them. */
export const CacheCounts = v.strictObject({
  fresh: about(Whole, 'How many are fresh.'),
  stale: about(Whole, 'How many have expired, or hold nothing.'),
  failing: about(Whole, 'Of how many the last load failed, be they fresh or stale.'),
});

/** `GET /resources/<title>/stats/`, and `stats` of `GET /resources/?expand=stats`; the members in this order. */
export const ResourceStats = v.strictObject({
  caches: about(v.nullable(CacheCounts), 'How many caches are in which state; null: they were not counted yet.'),
  bytes: about(v.nullable(Whole), 'Size of their bodies, bytes; null: not counted yet.'),
  loaded: about(
    v.nullable(Timestamp),
    'When the last load of one of them ended; null: none is loaded, or not counted yet.',
  ),
  counted_at: about(v.nullable(Timestamp), 'When they were counted; null: not yet.'),
  next_refresh: about(v.nullable(Timestamp), 'When the schedule next refreshes them; null: there is no schedule.'),
});
export type ResourceStats = v.InferOutput<typeof ResourceStats>;

/** What was counted; times in ms since the epoch. */
export interface Counted {
  fresh: number;
  stale: number;
  failing: number;
  bytes: number;
  /** When the last load ended; null: nothing is loaded. */
  loadedAt: number | null;
  countedAt: number;
}

/** Counts of caches (table `resource_counts`). Every call throws what D1 throws. */
export interface ResourceCounts {
  /** What was counted last; null: nothing yet. */
  read(title: string): Promise<Counted | null>;
  /** The same of several, by title; those that were not counted yet are left out. */
  readAll(titles: readonly string[]): Promise<Map<string, Counted>>;
  /** One bounded step of the walk that counts all caches, resource by resource, anew every some minutes; `now` in ms. */
  walk(now: number): Promise<void>;
}
