/**
 * Schedules (CONTRACT 4): refreshes the caches of resources whose scheduled time has come, a bounded number at each
 * minute's cron. A cache is refreshed once, however many times of its schedule were missed. Caches that no request
 * reads are left to expire. The resource's row contains the next time of its schedule, and the place where the current
 * run continues; nothing is written to the entries.
 *
 * A run may be cut off between the refreshes of a page and the note about them. The start of the run is noted before
 * the first page. So a call that repeats a page asks for data fetched after that start, and skips caches that the page
 * has already loaded.
 */

import { nextRunAt } from '../../core/schedule.ts';
import { log } from '../../log.ts';
import type { ScheduledRun } from '../../ports/stores.ts';
import { sleep } from '../../waiting.ts';
import { refreshPage } from '../admin/refresh-caches.ts';
import type { Services } from '../services.ts';

type DueServices = Pick<Services, 'resources' | 'entries' | 'objects' | 'lookup'>;

/** How long after its last read a cache is still refreshed, ms. */
const READ_WITHIN_MS = 7 * 86_400_000;
/** Most runs that one call continues. */
const MAX_RUNS = 50;
/**
 * Most refreshes that one call starts. Together with the rest of the cron this stays below the number of calls that an
 * invocation may make.
 */
const MAX_REFRESHES = 400;
const PAGE = 50;
/** Most pages: those of an unread resource contain nothing to refresh. */
const MAX_PAGES = 100;
/** Pause for each started refresh, ms, so that the refreshes of a call are spread over most of the minute. */
const PAUSE_MS = 120;

/** The place before all keys. */
const BEFORE_ALL = '';

/** Bounds of one call. */
export interface DueOptions {
  /** Most refreshes that it starts. */
  maxRefreshes?: number;
  /** Most entries of a page. */
  pageSize?: number;
  /** Pause for each started refresh, ms. */
  pauseMs?: number;
}

/**
 * Continues the runs that are due, one page each in turn. The rest stays due for the next call.
 *
 * @param now ms since the epoch
 */
export async function refreshDue(
  services: DueServices,
  now: number,
  { maxRefreshes = MAX_REFRESHES, pageSize = PAGE, pauseMs = PAUSE_MS }: DueOptions = {},
): Promise<void> {
  const runs = await services.resources.listDue(now, MAX_RUNS);
  let left = maxRefreshes;
  for (let pages = 0; pages < MAX_PAGES && left > 0; pages++) {
    const run = runs.shift();
    if (run === undefined) return;
    const page = await refreshNext(services, run, Math.min(pageSize, left), now);
    left -= page.started;
    if (page.rest !== null) runs.push(page.rest);
    if (runs.length > 0 && left > 0) await sleep(page.started * pauseMs);
  }
}

/**
 * Refreshes the next page of a run. `rest` is the rest of the run; null if it is over, or if another call continues it.
 */
async function refreshNext(
  services: DueServices,
  due: ScheduledRun,
  limit: number,
  now: number,
): Promise<{ started: number; rest: ScheduledRun | null }> {
  const { title, definition } = due.resource;
  try {
    const run = await beginRun(services, due);
    if (run === null) return { started: 0, rest: null };
    const filter = { resource: title, readSince: now - READ_WITHIN_MS };
    const page = await services.entries.list(filter, run.after, limit, now);
    const started = await refreshPage(services, page.entries, now, run.startedAt, (key, error) =>
      log('warn', 'schedule.refresh_failed', { resource: title, key, error }),
    );
    if (page.next !== null) {
      const moved = await services.resources.moveRun(run, { after: page.next });
      return { started, rest: moved ? { ...run, after: page.next } : null };
    }
    // A scheduled time that came during the run starts another run, so none is lost.
    const next = definition.schedule === undefined ? null : nextRunAt(definition.schedule, run.startedAt);
    await services.resources.moveRun(run, { nextRunAt: next });
    return { started, rest: null };
  } catch (error) {
    // The run stays due at its current place.
    log('warn', 'schedule.failed', { resource: title, error });
    return { started: 0, rest: null };
  }
}

/** Notes the start of a run that has not begun yet; null if another call has started it. */
async function beginRun({ resources }: DueServices, run: ScheduledRun): Promise<ScheduledRun | null> {
  if (run.after !== null) return run;
  const start = { after: BEFORE_ALL };
  return (await resources.moveRun(run, start)) ? { ...run, ...start } : null;
}
