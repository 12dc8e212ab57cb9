/**
 * A successful load (DESIGN "A refresh", 4): one transaction makes the version current, ends the lease and dispatches
 * the next task. The task itself becomes SUCCESS only once D1 has the entry (`stored`).
 */

import type { ColumnFacts, Link } from '../../ports/entry.ts';
import type { CommitAnswer, CommitRequest, LoadChange } from '../../ports/object.ts';
import { etagOf } from '../etag.ts';
import type { CacheDocument, LeaseState, LiveTask, LoadedState, OwedBlob, TaskRecord } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { namedBlobs, withoutBlobs } from './owed.ts';
import { OWED_REPLACED_MS, STORE_GRACE_MS } from './timing.ts';
import { entryOf, findEnded, recordOf, taskOf } from './views.ts';
import { noteNews } from './watchers.ts';

/**
 * Makes the load of this fence current. The answer is `settling` until D1 has the entry; after that the same request
 * gets `committed`.
 */
export function commit(draft: Draft, request: CommitRequest, context: StepContext): CommitAnswer {
  const { head } = draft.document;
  if (head?.taskId === request.taskId && head.lease?.fence === request.fence) {
    makeCurrent(draft, head, head.lease, request, context.now);
    return { outcome: 'settling', delayMs: STORE_GRACE_MS };
  }
  return answerAgain(draft, request, context);
}

/** [M] A fence commits once. A repeated request, whose first answer was lost, gets the state of that commit. */
function answerAgain(draft: Draft, request: CommitRequest, context: StepContext): CommitAnswer {
  const { document } = draft;
  const isSettling = document.settling.some(
    ({ fence, record }) => fence === request.fence && record.taskId === request.taskId,
  );
  if (isSettling) {
    draft.effects.store = true;
    return { outcome: 'settling', delayMs: STORE_GRACE_MS };
  }
  const record = document.loaded?.loadFence === request.fence ? findEnded(request.taskId, context) : null;
  if (record?.state !== 'SUCCESS') return { outcome: 'stale_lease' };
  return { outcome: 'committed', task: taskOf(document, record), entry: entryOf(document) };
}

function makeCurrent(draft: Draft, head: LiveTask, lease: LeaseState, request: CommitRequest, now: number): void {
  const before = draft.document;
  const loadedAt = Math.max(now, lease.claimedAt);
  const version = before.counters.version + 1;
  const loaded = nextLoaded(before.loaded, request, {
    version,
    loadedAt,
    expiresAt: lease.claimedAt > before.expiredAt ? loadedAt + request.ttlMs : loadedAt,
    number: request.number,
    originEtag: request.originEtag,
    originLastModified: request.originLastModified,
    provenDate: request.provenDate === true,
    ...(request.heavy === undefined ? {} : { heavy: request.heavy }),
    claimedAt: lease.claimedAt,
    loadFence: lease.fence,
    taskId: head.taskId,
    ...(request.live === 'told' ? {} : { refreshBy: head.policy }),
    ...(request.changes === undefined ? {} : { changes: request.changes }),
  });
  const chain = nextChain(before, request, version);
  draft.revise(
    {
      loaded,
      chain,
      counters: {
        ...before.counters,
        version,
        nextRowId: Math.max(before.counters.nextRowId, request.change?.nextRowId ?? 0),
        clockAt: loadedAt,
      },
      number: request.number,
      failure: null,
      failing: undefined,
      lastTaskId: head.taskId,
      owed: nextOwed(before, { loaded, chain }, lease.fence, now + OWED_REPLACED_MS),
    },
    now,
  );
  if (request.change !== null) noteNews(draft);
  const success = successOf(recordOf(head), before.cache.key, loaded);
  const hasFailed = before.failure !== null || before.failing === true;
  const record: TaskRecord = hasFailed ? { ...success, turned: true } : success;
  const { revision } = draft.document.counters;
  draft.update({
    settling: [...before.settling, { record, fence: lease.fence, revision, committedAt: now }],
  });
  draft.advance(now);
}

type LoadFacts = Omit<LoadedState, keyof LoadChange | 'changed' | 'fence' | 'changedAt'>;

function nextLoaded(before: LoadedState | null, request: CommitRequest, facts: LoadFacts): LoadedState {
  const { change, warnings, columns } = request;
  if (change === null) {
    if (before === null) throw new Error('a load cannot leave unchanged what was never loaded');
    const { warnings: knownWarnings, columns: knownColumns, refreshBy: _, changes: __, ...others } = before;
    return { ...others, ...facts, ...warned(warnings ?? knownWarnings), ...seen(columns ?? knownColumns) };
  }
  const { contentType, bytes, mapBytes, rows, hash, digest } = change;
  const body = { contentType, bytes, mapBytes, rows, hash, digest, ...warned(warnings), ...seen(columns) };
  return { ...facts, ...body, changed: facts.version, fence: facts.loadFence, changedAt: facts.loadedAt };
}

function warned(warnings: readonly string[] = []): Pick<LoadedState, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings };
}

function seen(columns: readonly ColumnFacts[] | undefined): Pick<LoadedState, 'columns'> {
  return columns === undefined ? {} : { columns };
}

/** The kept versions, oldest first, cut to `retainVersions`; the cut is made even if the body did not change. */
function nextChain({ chain, loaded }: CacheDocument, request: CommitRequest, version: number): Link[] {
  const { change, fence, retainVersions } = request;
  if (change === null) return chain.slice(-retainVersions);
  const { deltaBytes, hash, rowChanges } = change;
  // After a purge the load had nothing to compare with, although devices may hold rows from before it.
  const counts = rowChanges !== undefined && (loaded !== null || version === 1);
  return [...chain, { version, fence, deltaBytes, hash, ...(counts ? { rowChanges } : {}) }].slice(-retainVersions);
}

/** Blobs of this fence are no longer owed; blobs that only the version before named now are. */
function nextOwed(
  before: CacheDocument,
  after: Pick<CacheDocument, 'loaded' | 'chain'>,
  fence: number,
  dueAt: number,
): OwedBlob[] {
  const others = before.owed.filter((blob) => blob.fence !== fence);
  return [...others, ...withoutBlobs(namedBlobs(before, dueAt), namedBlobs(after, dueAt))];
}

function successOf(record: TaskRecord, key: string, loaded: LoadedState): TaskRecord {
  return {
    ...record,
    state: 'SUCCESS',
    version: loaded.version,
    etag: etagOf(key, loaded.changed),
    bytes: loaded.bytes,
    rows: loaded.rows,
    ...warned(loaded.warnings),
  };
}
