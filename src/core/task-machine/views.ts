/** Views of a document: its entry and its tasks. Queries change nothing themselves, but a lease may have run out meanwhile. */

import { MAX_PAGE_BYTES, TASK_RETENTION_MS } from '../../contract/constants.ts';
import { type Entry, type Loaded, namelessCache } from '../../ports/entry.ts';
import type { EntryAnswer, StateAnswer } from '../../ports/object.ts';
import type { Task } from '../../ports/task.ts';
import { jsonBytes } from '../json.ts';
import type { CacheDocument, Failure, LiveTask, LoadedState, TaskRecord } from './document.ts';
import type { Draft, StepContext } from './draft.ts';

/** The entry as D1 and the edge store it. */
export function entryOf(document: CacheDocument): Entry {
  const { version, nextRowId } = document.counters;
  return {
    ...(document.forgotten === 'yes' ? namelessCache(document.cache.key) : document.cache),
    number: document.number,
    revision: document.counters.revision,
    loaded: document.loaded === null ? null : loadedOf(document.loaded),
    chain: [...document.chain],
    retryAt: document.failure?.retryAt ?? null,
    ...(document.failure === null ? {} : { failedNumber: document.failure.number }),
    lastError: document.failure?.error ?? null,
    ...failingOf(document.failure),
    lastTaskId: document.lastTaskId,
    counted: { version, nextRowId },
  };
}

function failingOf(failure: Failure | null): Pick<Entry, 'failingSince' | 'failedAt' | 'failures'> {
  const { since, at, times } = failure ?? {};
  return {
    ...(since === undefined ? {} : { failingSince: since }),
    ...(at === undefined ? {} : { failedAt: at }),
    ...(times === undefined ? {} : { failures: times }),
  };
}

function loadedOf(state: LoadedState): Loaded {
  return {
    version: state.version,
    changed: state.changed,
    fence: state.fence,
    contentType: state.contentType,
    bytes: state.bytes,
    mapBytes: state.mapBytes,
    rows: state.rows,
    hash: state.hash,
    loadedAt: state.loadedAt,
    changedAt: state.changedAt,
    expiresAt: state.expiresAt,
    ...(state.warnings === undefined ? {} : { warnings: state.warnings }),
  };
}

/** A live task as a record, to which callers add the result of its end. */
export function recordOf(task: LiveTask): TaskRecord {
  return {
    taskId: task.taskId,
    state: task.state,
    error: task.state === 'RETRY' ? task.error : null,
    askers: task.askers,
    attempt: task.attempt,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    endedAt: null,
    dueAt: task.dueAt,
    version: null,
    etag: null,
    bytes: null,
    rows: null,
  };
}

/** The task of the port: the record with its cache. */
export function taskOf(document: CacheDocument, record: TaskRecord): Task {
  return { ...record, cache: document.cache };
}

/** The task in its state at this moment; a settling task reads as STARTED. Null: unknown, or no longer kept. */
export function findTask(document: CacheDocument, taskId: string, context: StepContext): Task | null {
  for (const live of [document.head, document.behind]) {
    if (live?.taskId === taskId) return taskOf(document, recordOf(live));
  }
  const settling = document.settling.find(({ record }) => record.taskId === taskId);
  if (settling !== undefined) return taskOf(document, asStarted(settling.record));
  const ended = findEnded(taskId, context);
  return ended === null ? null : taskOf(document, ended);
}

/**
 * The tasks of a document, newest first: waiting and running ones, settling ones, then `ended` in the given order. At
 * most as many as fit on a page, since each repeats the parameters of the cache.
 */
export function listTasks(document: CacheDocument, ended: readonly TaskRecord[], limit: number): Task[] {
  const { head, behind, settling, cache } = document;
  const live = [behind, head].flatMap((task) => (task === null ? [] : [recordOf(task)]));
  const records = [...live, ...settling.map(({ record }) => asStarted(record)).reverse(), ...ended];
  const most = Math.max(1, Math.floor(MAX_PAGE_BYTES / jsonBytes(cache.parameters)));
  return records.slice(0, Math.min(limit, most)).map((record) => taskOf(document, record));
}

function asStarted({ warnings: _, ...record }: TaskRecord): TaskRecord {
  return { ...record, state: 'STARTED', version: null, etag: null, bytes: null, rows: null };
}

/** An ended task that is recent enough to be shown. */
export function findEnded(taskId: string, { ended, now }: StepContext): TaskRecord | null {
  const record = ended(taskId);
  return record !== null && (record.endedAt ?? 0) > now - TASK_RETENTION_MS ? record : null;
}

/** The entry to return with a task: not null if the task has ended and the cache was ever loaded, failed or purged. */
export function entryAfter(document: CacheDocument, task: Task): Entry | null {
  return task.endedAt === null || document.counters.revision === 0 ? null : entryOf(document);
}

/** The state of a task, with the entry if it has ended. */
export function state({ document }: Draft, { taskId }: { taskId: string }, context: StepContext): StateAnswer {
  const task = findTask(document, taskId, context);
  if (task === null) return { outcome: 'unknown' };
  return { outcome: 'found', task, entry: entryAfter(document, task) };
}

/** The newest entry. D1 is written once more, since the caller found it behind. */
export function entry(draft: Draft): EntryAnswer {
  const { document } = draft;
  if (document.counters.revision === 0) return { outcome: 'unknown' };
  draft.effects.store = true;
  return { outcome: 'found', entry: entryOf(document) };
}
