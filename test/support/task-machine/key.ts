/** One cache key under test: the real machine with a clock that tests control, and its rows in memory. */

import { type CacheDocument, emptyDocument, type TaskRecord } from '../../../src/core/task-machine/document.ts';
import type { EventName, Events, Step } from '../../../src/core/task-machine/events.ts';
import { step } from '../../../src/core/task-machine/index.ts';
import { entryOf } from '../../../src/core/task-machine/views.ts';
import type { CacheIdentity } from '../../../src/ports/entry.ts';
import type { CommitRequest, EnqueueRequest, FailRequest, Lease } from '../../../src/ports/object.ts';
import type { Task } from '../../../src/ports/task.ts';
import { commitOf, failureOf, newCache, readOf, refreshOf } from '../loads.ts';

export class Key {
  now = 1_000_000;
  document: CacheDocument;
  readonly ended = new Map<string, TaskRecord>();
  /** The last step. */
  last: Step<EventName> | null = null;
  #tasks = 0;

  constructor(cache: CacheIdentity = newCache()) {
    this.document = emptyDocument(cache);
  }

  do<N extends EventName>(name: N, request: Events[N]['request']): Events[N]['answer'] {
    const done = step(this.document, name, request, {
      now: this.now,
      random: () => 0.5,
      newTaskId: () => {
        this.#tasks += 1;
        return `task-${this.#tasks}`;
      },
      ended: (taskId) => this.ended.get(taskId) ?? null,
    });
    this.document = done.document;
    for (const record of done.ended) this.ended.set(record.taskId, record);
    this.last = done;
    return done.answer;
  }

  refresh(more: Partial<EnqueueRequest> = {}): Task {
    return this.#taskOf(refreshOf(this.document.cache, more));
  }

  read(since: number, more: Partial<EnqueueRequest> = {}): Events['enqueue']['answer'] {
    return this.do('enqueue', readOf(this.document.cache, since, more));
  }

  #taskOf(request: EnqueueRequest): Task {
    const answer = this.do('enqueue', request);
    if (answer.outcome !== 'task') throw new Error(answer.outcome);
    return answer.task;
  }

  /** Writes the row to D1 that must exist before a first load. */
  announce(): void {
    this.do('claim', { taskId: this.document.head?.taskId ?? '', deliveryId: 'delivery' });
    this.store();
  }

  claim(taskId = this.document.head?.taskId ?? '', deliveryId = 'delivery'): Lease {
    const first = this.do('claim', { taskId, deliveryId });
    const isAnnounced = first.outcome === 'not_due' && this.last?.effects.store === true;
    if (isAnnounced) this.store();
    const answer = isAnnounced ? this.do('claim', { taskId, deliveryId }) : first;
    if (answer.outcome !== 'leased') throw new Error(answer.outcome);
    return answer.lease;
  }

  /** Commits without D1 having it yet. */
  commit(lease: Lease, more: Partial<CommitRequest> = {}): Events['commit']['answer'] {
    return this.do('commit', commitOf(lease, more));
  }

  fail(lease: Lease, more: Partial<FailRequest> = {}): Events['fail']['answer'] {
    return this.do('fail', failureOf(lease, more));
  }

  /** D1 takes the newest entry. */
  store(): void {
    this.do('stored', { inD1: entryOf(this.document) });
  }

  /** A complete load of the task at the head, or of a new one; its data is then current. */
  load(more: Partial<CommitRequest> = {}): string {
    if (this.document.head === null) this.refresh();
    const lease = this.claim();
    this.commit(lease, more);
    this.store();
    return lease.taskId;
  }
}
