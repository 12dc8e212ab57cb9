/** The state of the caches of resources, as last counted (CONTRACT 4), and the next times of their schedules. */

import type { Resource } from '../../contract/resource.ts';
import type { Counted, ResourceStats } from '../../contract/resource-counts.ts';
import { nextRunAt } from '../../core/schedule.ts';
import { timestamp } from '../../core/timestamp.ts';

/**
 * The statistics of one resource.
 *
 * @param counted null: its caches were not counted yet
 * @param now ms since the epoch
 */
export function resourceStats({ schedule }: Resource, counted: Counted | null, now: number): ResourceStats {
  const { fresh, stale, failing, bytes, loadedAt, countedAt } = counted ?? NOT_COUNTED;
  return {
    caches: counted === null ? null : { fresh, stale, failing },
    bytes,
    loaded: timestamp(loadedAt),
    counted_at: timestamp(countedAt),
    next_refresh: timestamp(schedule === undefined ? null : nextRunAt(schedule, now)),
  };
}

const NOT_COUNTED = { fresh: 0, stale: 0, failing: 0, bytes: null, loadedAt: null, countedAt: null };
