/** The changes of one step: the next document, the tasks that ended, and the effects to carry out after the transaction. */

import { TASK_RETENTION_COUNT, TASK_RETENTION_MS } from '../../contract/constants.ts';
import type { CacheDocument, OwedBlob, TaskRecord } from './document.ts';
import { RESEND_FIRST_MS, STORE_GRACE_MS, TRIM_SURPLUS } from './timing.ts';

/** What a step needs from outside. */
export interface StepContext {
  /** The object's clock, ms. */
  now: number;
  /** From 0 up to 1. */
  random(): number;
  newTaskId(key: string): string;
  /** An ended task of this key, however old. */
  ended(taskId: string): TaskRecord | null;
}

/** What must be done after the transaction was written. If an effect is lost, the alarm repeats it. */
export interface Effects {
  /** Ids of the tasks whose messages are sent to the queue. */
  send: string[];
  /** Write the newest entry to D1, then tell the machine (`stored` or `unstored`). */
  store: boolean;
  /** Remove these blobs from R2, then tell the machine (`removed`). */
  remove: OwedBlob[];
  /** Tell the hubs what is new, then tell the machine their answers (`poked`). */
  poke: boolean;
  /** Ask the hubs, one after the other, until one still needs the cache; then tell the machine (`freshen` or `rest`). */
  ask: boolean;
}

/** One step in progress. Documents are replaced, never changed, so the given document stays as it is. */
export class Draft {
  document: CacheDocument;
  readonly ended: TaskRecord[] = [];
  readonly effects: Effects = { send: [], store: false, remove: [], poke: false, ask: false };
  /** Whether the ended tasks of the key must be cut to TASK_RETENTION_COUNT, in the same transaction. */
  trims = false;

  constructor(document: CacheDocument) {
    this.document = document;
  }

  update(patch: Partial<CacheDocument>): void {
    this.document = { ...this.document, ...patch };
  }

  /** Makes the head due now and sends its message. The alarm sends it again until it is claimed. */
  dispatch(now: number): void {
    const { head } = this.document;
    if (head === null) return;
    this.update({ head: { ...head, dueAt: now, resendAt: now + RESEND_FIRST_MS, resends: 0 } });
    this.effects.send.push(head.taskId);
  }

  /** Removes the head: the task behind it, if any, takes its place and is dispatched in the same transaction. */
  advance(now: number): void {
    this.update({ head: this.document.behind, behind: null });
    this.dispatch(now);
  }

  /**
   * A new revision of the entry, which D1 must get. It is at least the time (ms), because it also shows when the entry
   * changed.
   */
  revise(patch: Partial<CacheDocument>, now: number): void {
    const counters = patch.counters ?? this.document.counters;
    this.update({
      ...patch,
      counters: { ...counters, revision: Math.max(counters.revision + 1, now) },
      stored: { ...this.document.stored, tries: 0, retryAt: now + STORE_GRACE_MS },
    });
    this.effects.store = true;
  }

  /** Stores an ended task. */
  end(record: TaskRecord, now: number): void {
    this.ended.push(record);
    const { count, sweepAt } = this.document.ended;
    this.trims ||= count + 1 > TASK_RETENTION_COUNT + TRIM_SURPLUS;
    this.update({
      ended: { count: this.trims ? TASK_RETENTION_COUNT : count + 1, sweepAt: sweepAt ?? now + TASK_RETENTION_MS },
    });
  }
}
