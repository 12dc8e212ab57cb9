/**
 * What is repeated until it succeeds: the alarm's part of the two clocks (DESIGN "A refresh", 2 [M]), and the results
 * of writes to D1. The state of a task shows a version only after D1 has it (DESIGN "A refresh", 4 [M]).
 */

import { taskError } from '../../contract/problem.ts';
import type { Entry } from '../../ports/entry.ts';
import { growingGapMs } from '../backoff.ts';
import { adopt, isForeign } from './adopt.ts';
import type { CacheDocument, LiveTask } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { dueBlobs } from './owed.ts';
import {
  REMOVAL_SLACK_MS,
  RESEND_FIRST_MS,
  RESEND_MOST_MS,
  SETTLE_LIMIT_MS,
  STORE_FIRST_MS,
  STORE_GRACE_MS,
  STORE_MOST_MS,
} from './timing.ts';
import { askAt, askWatchers, tellAgain, tellStored } from './watchers.ts';

/** Sends unclaimed messages again, writes to D1 what it lacks, and removes from R2 what is due. */
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
 * A wake-up from outside: the message of a due task is sent at once, since the last one may be dead. It counts as the
 * alarm's next message and does not reset the growing gaps; otherwise messages would multiply while a task cannot be
 * claimed.
 */
export function wake(draft: Draft, { taskId }: { taskId: string }, { now }: StepContext): undefined {
  const { head, settling } = draft.document;
  if (head?.taskId === taskId && head.dueAt !== null && head.dueAt <= now) send(draft, head, head.resends, now);
  if (settling.some(({ record }) => record.taskId === taskId)) draft.effects.store = true;
}

/**
 * D1 has the entry `inD1`: tasks that waited for its revision or a lower one are SUCCESS, unless the entry is another
 * object's.
 */
export function stored(draft: Draft, { inD1 }: { inD1: Entry }, { now }: StepContext): undefined {
  const { document } = draft;
  if (isForeign(document, inD1)) return adopt(draft, inD1, now);
  const { revision } = inD1;
  if (document.forgotten === 'revived' && revision === document.counters.revision)
    draft.update({ forgotten: undefined });
  if (revision <= document.stored.revision) return;
  draft.update({
    stored: { revision, tries: 0, retryAt: revision < document.counters.revision ? document.stored.retryAt : null },
    settling: document.settling.filter((task) => task.revision > revision),
  });
  tellStored(draft, now);
  for (const task of document.settling) {
    if (task.revision <= revision) draft.end({ ...task.record, endedAt: now }, now);
  }
}

/** D1 has not taken the newest revision: the alarm writes again, after growing gaps. */
export function unstored(draft: Draft, _: object, { now }: StepContext): undefined {
  const { stored: state } = draft.document;
  if (state.retryAt === null) return;
  const retryAt = now + growingGapMs(state.tries, STORE_FIRST_MS, STORE_MOST_MS);
  draft.update({ stored: { ...state, tries: state.tries + 1, retryAt } });
}

/** Tasks whose version D1 has not taken for too long end in FAILURE. The version stays, and becomes visible when D1 is back. */
function giveUpSettling(draft: Draft, now: number): void {
  const late = draft.document.settling.filter((task) => settleLimitAt(task) <= now);
  if (late.length === 0) return;
  draft.update({ settling: draft.document.settling.filter((task) => !late.includes(task)) });
  const error = taskError(
    'overloaded',
    'The data was loaded, but the database has not accepted its entry for an hour.',
  );
  for (const {
    record: { turned: _, ...record },
  } of late) {
    draft.end(
      { ...record, state: 'FAILURE', error, endedAt: now, version: null, etag: null, bytes: null, rows: null },
      now,
    );
  }
}

/** When a settling task ends in FAILURE, ms. */
function settleLimitAt({ committedAt }: CacheDocument['settling'][number]): number {
  return committedAt + SETTLE_LIMIT_MS;
}

/** When the alarm must next go off, ms; null: nothing is owed. Call it after a step that has done everything due. */
export function nextAlarmAt(document: CacheDocument, now: number): number | null {
  const times = [
    document.head?.resendAt ?? null,
    document.head?.lease?.endsAt ?? null,
    document.stored.retryAt,
    document.ended.sweepAt,
    document.news?.retryAt ?? null,
    askAt(document, now),
    removalAt(document, now),
    ...document.settling.map(settleLimitAt),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * Removals wait a little so that others can join them. One that is already due is in progress, and is retried after the
 * same time.
 */
function removalAt({ owed }: CacheDocument, now: number): number | null {
  if (owed.length === 0) return null;
  const dueAt = owed.reduce((earliest, blob) => Math.min(earliest, blob.dueAt), Number.POSITIVE_INFINITY);
  return Math.max(dueAt, now) + REMOVAL_SLACK_MS;
}
