/**
 * Schedules (CONTRACT 4): refreshes the caches of resources whose time has come, some at each minute's cron. However many
 * times were missed, a cache is refreshed once; those that nobody reads are left to expire. Nothing is written to a cache's
 * entry: the resource's row tells when its schedule next comes and where the run under way goes on.
 *
 * A run may break off between a page's refreshes and the note of it. Its beginning is noted before the first page, so that the
 * call that repeats a page asks for data fetched after that, and what the page has brought already is left alone.
 */

import { nextRunAt } from '../../core/schedule.ts';
import { log } from '../../log.ts';
import type { ScheduledRun } from '../../ports/stores.ts';
import { sleep } from '../../waiting.ts';
import { refreshPage } from '../admin/refresh-caches.ts';
import type { Services } from '../services.ts';

type DueServices = Pick<Services, 'resources' | 'entries' | 'objects' | 'lookup'>;

/** How long after its last read a cache is still refreshed. */
const READ_WITHIN_MS = 7 * 86_400_000;
/** Runs that one call goes on with. */
const MAX_RUNS = 50;
/** Refreshes that one call starts; with the other parts of the cron it stays below what one invocation may call. */
const MAX_REFRESHES = 400;
const PAGE = 50;
/** Most pages, since those of a resource that nobody reads hold nothing to refresh. */
const MAX_PAGES = 100;
/** Pause for each refresh started, so that as many as a call may start are spread over most of the minute. */
const PAUSE_MS = 120;

/** The place before all keys. */
const BEFORE_ALL = '';

export interface DueOptions {
  maxRefreshes?: number;
  pageSize?: number;
  pauseMs?: number;
}

/**
 * Goes on with the runs that are due, page by page in turn; what is left stays due for the next call.
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

/** Refreshes the next page of a run. `rest` is the run that is left; null: it is over, or somebody else goes on with it. */
async function refreshNext(
  services: DueServices,
  found: ScheduledRun,
  limit: number,
  now: number,
): Promise<{ started: number; rest: ScheduledRun | null }> {
  const { title, definition } = found.resource;
  try {
    const run = await begun(services, found);
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
    // A time that came since the run began asks for the next run, and is never lost.
    const next = definition.schedule === undefined ? null : nextRunAt(definition.schedule, run.startedAt);
    await services.resources.moveRun(run, { nextRunAt: next });
    return { started, rest: null };
  } catch (error) {
    // It stays due, from where it is.
    log('warn', 'schedule.failed', { resource: title, error });
    return { started: 0, rest: null };
  }
}

/** The run with its beginning noted; null: somebody else has begun it. */
async function begun({ resources }: DueServices, run: ScheduledRun): Promise<ScheduledRun | null> {
  if (run.after !== null) return run;
  const start = { after: BEFORE_ALL };
  return (await resources.moveRun(run, start)) ? { ...run, ...start } : null;
}
