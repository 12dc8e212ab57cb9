/** The events of the task machine, and the result of a step. */

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

/** Every event, with its request and answer. */
export interface Events {
  enqueue: { request: EnqueueRequest; answer: EnqueueAnswer };
  claim: { request: ClaimRequest; answer: ClaimAnswer };
  commit: { request: CommitRequest; answer: CommitAnswer };
  fail: { request: FailRequest; answer: FailAnswer };
  state: { request: { taskId: string }; answer: StateAnswer };
  revoke: { request: RevokeRequest; answer: RevokeAnswer };
  purge: { request: PurgeRequest; answer: PurgeAnswer };
  entry: { request: { key: string }; answer: EntryAnswer };
  /** A hub asks to be told of changes. */
  watch: { request: WatchRequest; answer: WatchAnswer };
  /** Hubs were told of a revision (`told`), or no longer need the cache (`left`). */
  poked: {
    request: { revision: number; told: readonly HubWatch[]; left: readonly HubWatch[] };
    answer: undefined;
  };
  /** A watched cache has expired, and this hub still needs it. */
  freshen: { request: { hub: number }; answer: undefined };
  /** A watched cache has expired, and none of these hubs needs it. */
  rest: { request: { asked: readonly HubWatch[] }; answer: undefined };
  /** The task's message was found dead. */
  wake: { request: { taskId: string }; answer: undefined };
  /** The alarm went off. */
  alarm: { request: object; answer: undefined };
  /** D1 has answered a write, and has this entry. */
  stored: { request: { inD1: Entry }; answer: undefined };
  /** D1 did not take a write. */
  unstored: { request: object; answer: undefined };
  /** These blobs are no longer in R2. */
  removed: { request: { blobs: readonly OwedBlob[] }; answer: undefined };
  /** Old ended tasks were removed; `count` are left, and the oldest of them ended at `oldestAt` (ms). */
  swept: { request: { count: number; oldestAt: number | null }; answer: undefined };
}
export type EventName = keyof Events;

/** The result of a step. `document` is the given object itself if nothing changed. */
export interface Step<N extends EventName> {
  document: CacheDocument;
  answer: Events[N]['answer'];
  /** Tasks that ended, to be stored in the same transaction. */
  ended: readonly TaskRecord[];
  /** Whether the ended tasks must be cut to TASK_RETENTION_COUNT, in the same transaction. */
  trims: boolean;
  effects: Readonly<Effects>;
}
