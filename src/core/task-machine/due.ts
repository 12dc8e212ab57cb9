/** The alarm's side of the two clocks (DESIGN "A refresh", 2 [M]): what is due is done again until it is done. */

import { growingGapMs } from '../backoff.ts';
import type { CacheDocument, LiveTask } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { dueBlobs } from './owed.ts';
import { giveUpSettling, settleLimitAt } from './store.ts';
import { REMOVAL_SLACK_MS, RESEND_FIRST_MS, RESEND_MOST_MS, STORE_GRACE_MS } from './timing.ts';
import { askWatchers, freshenAt, tellAgain } from './watchers.ts';

/** Sends again what nobody has claimed, writes to D1 what it lacks, removes from R2 what is due. */
export function alarm(draft: Draft, _: object, { now }: StepContext): undefined {
  resend(draft, now);
  giveUpSettling(draft, now);
  storeAgain(draft, now);
  tellAgain(draft, now);
  askWatchers(draft, now);
  draft.effects.remove.push(...dueBlobs(draft.document, now));
}

function resend(draft: Draft, now: number): void {
  const { head } = draft.document;
  if (head === null || head.resendAt === null || head.resendAt > now) return;
  send(draft, head, head.resends + 1, now);
}

function send(draft: Draft, head: LiveTask, resends: number, now: number): void {
  draft.update({ head: { ...head, resends, resendAt: now + growingGapMs(resends, RESEND_FIRST_MS, RESEND_MOST_MS) } });
  draft.effects.send.push(head.taskId);
}

function storeAgain(draft: Draft, now: number): void {
  const { stored } = draft.document;
  if (stored.retryAt === null || stored.retryAt > now) return;
  draft.update({ stored: { ...stored, retryAt: now + STORE_GRACE_MS } });
  draft.effects.store = true;
}

/**
 * A wake-up from outside: the message of a task that is due is sent at once, since the last one may be dead. It stands for the next
 * of the alarm, whose gaps go on growing: messages would else multiply while a task cannot be claimed.
 */
export function wake(draft: Draft, { taskId }: { taskId: string }, { now }: StepContext): undefined {
  const { head, settling } = draft.document;
  if (head?.taskId === taskId && head.dueAt !== null && head.dueAt <= now) send(draft, head, head.resends, now);
  if (settling.some(({ record }) => record.taskId === taskId)) draft.effects.store = true;
}

/** When the alarm must next go off, ms; null: nothing is owed. Right after a step that did all that was due. */
export function nextAlarmAt(document: CacheDocument, now: number): number | null {
  const times = [
    document.head?.resendAt ?? null,
    document.head?.lease?.endsAt ?? null,
    document.stored.retryAt,
    document.ended.sweepAt,
    document.news?.retryAt ?? null,
    freshenAt(document),
    removalAt(document, now),
    ...document.settling.map(settleLimitAt),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** Removals wait a little for others to join them; one that was due already is being tried, and tried again then. */
function removalAt({ owed }: CacheDocument, now: number): number | null {
  if (owed.length === 0) return null;
  const dueAt = owed.reduce((earliest, blob) => Math.min(earliest, blob.dueAt), Number.POSITIVE_INFINITY);
  return Math.max(dueAt, now) + REMOVAL_SLACK_MS;
}
