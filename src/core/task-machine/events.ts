/** The events of the task machine and what a step comes to. */

import type { WatchAnswer, WatchRequest } from '../../contract/live.ts';
import type { Entry } from '../../ports/entry.ts';
import type {
  ClaimAnswer,
  ClaimRequest,
  CommitAnswer,
  CommitRequest,
  EnqueueAnswer,
  EnqueueRequest,
  EntryAnswer,
  FailAnswer,
  FailRequest,
  PurgeAnswer,
  PurgeRequest,
  RevokeAnswer,
  RevokeRequest,
  StateAnswer,
} from '../../ports/object.ts';
import type { CacheDocument, OwedBlob, TaskRecord } from './document.ts';
import type { Effects } from './draft.ts';
import type { HubWatch } from './watchers.ts';

/** Every event: what it brings and what it is answered. */
export interface Events {
  enqueue: { request: EnqueueRequest; answer: EnqueueAnswer };
  claim: { request: ClaimRequest; answer: ClaimAnswer };
  commit: { request: CommitRequest; answer: CommitAnswer };
  fail: { request: FailRequest; answer: FailAnswer };
  state: { request: { taskId: string }; answer: StateAnswer };
  revoke: { request: RevokeRequest; answer: RevokeAnswer };
  purge: { request: PurgeRequest; answer: PurgeAnswer };
  entry: { request: { key: string }; answer: EntryAnswer };
  /** A hub wants to be told what is new. */
  watch: { request: WatchRequest; answer: WatchAnswer };
  /** Hubs were told of a revision, or have nobody left to tell. */
  poked: {
    request: { revision: number; told: readonly HubWatch[]; left: readonly HubWatch[] };
    answer: undefined;
  };
  /** A watched cache has expired, and a hub still needs it. */
  freshen: { request: object; answer: undefined };
  /** Somebody found the task's message dead. */
  wake: { request: { taskId: string }; answer: undefined };
  /** The alarm went off. */
  alarm: { request: object; answer: undefined };
  /** D1 has answered a write: it has this entry. */
  stored: { request: { inD1: Entry }; answer: undefined };
  /** D1 did not take what was written. */
  unstored: { request: object; answer: undefined };
  /** R2 no longer has these blobs. */
  removed: { request: { blobs: readonly OwedBlob[] }; answer: undefined };
  /** Ended tasks past their time are gone; so many are left, the oldest of them ended then (ms). */
  swept: { request: { count: number; oldestAt: number | null }; answer: undefined };
}
export type EventName = keyof Events;

/** What a step comes to. `document` is the very one given if nothing changed. */
export interface Step<N extends EventName> {
  document: CacheDocument;
  answer: Events[N]['answer'];
  /** Tasks that ended, to be kept in the same transaction. */
  ended: readonly TaskRecord[];
  /** The kept tasks are to be cut to TASK_RETENTION_COUNT, in the same transaction. */
  trims: boolean;
  effects: Readonly<Effects>;
}
