/**
 * The work of each minute: schedules, sweeps of purged and deleted resources, eviction of unread caches, counts, lost
 * wake-ups, and rows that move to another database or table.
 */

import type { Services } from './flows/services.ts';
import { evictUnread } from './flows/upkeep/evict-unread.ts';
import { refreshDue } from './flows/upkeep/refresh-due.ts';
import { sweepAll } from './flows/upkeep/sweep.ts';
import { wakeOverdue } from './flows/webhooks/drain-webhook.ts';
import { log } from './log.ts';

const DAY_MS = 86_400_000;
/** Devices that one run of the slow walk reads. */
const WALKED_DEVICES = 1000;
/** Rows of old actions that one run drops. */
const DROPPED_ACTIONS = 500;

/** One run; `now` in ms since the epoch. A part that fails does not stop the others; the next run tries it again. */
export async function runCron(services: Services, now: number): Promise<void> {
  const parts: Readonly<Record<string, () => Promise<void>>> = {
    refresh_due: () => refreshDue(services, now),
    sweep: () => sweepAll(services, now),
    evict_unread: () => evictUnread(services, now),
    drop_old_syncs: () =>
      services.syncRecords.dropOld(now - services.settings.syncRetentionDays * DAY_MS, WALKED_DEVICES),
    drop_old_actions: () =>
      services.actions.dropOld(now - services.settings.actionsRetentionDays * DAY_MS, DROPPED_ACTIONS),
    drop_forgotten_marks: () => services.syncRecords.dropMarks(now - DAY_MS),
    count_caches: () => services.resourceCounts.walk(now),
    move_former_syncs: () => services.syncRecords.moveFormer(),
    wake_webhooks: () => wakeOverdue(services, now),
    move_entries: async () => services.entries.moveStrays?.(),
    move_syncs: async () => services.syncRecords.moveStrays?.(),
  };
  await Promise.all(
    Object.entries(parts).map(async ([part, run]) => {
      try {
        await run();
      } catch (error) {
        log('error', 'cron.failed', { part, error });
      }
    }),
  );
}
