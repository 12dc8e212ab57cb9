/**
 * Consumer of the `refresh` queues. The platform lets work go on for a while after a handler has returned, then cuts it. So the
 * handler stays with its loads until whatever is left of them surely fits into that time: a slow load is waited for, a hung one
 * holds up the queue only as long as it must. The messages of loads that go on are handed back, and find out later.
 */

import type { Disposition } from '../flows/load/report-load.ts';
import { type RefreshServices, type RunningLoad, type RunOptions, runRefresh } from '../flows/load/run-refresh.ts';
import type { Services } from '../flows/services.ts';
import { withLogFields } from '../log.ts';
import type { RefreshMessage } from '../ports/messages.ts';
import { withTimeout } from '../waiting.ts';
import { readRefreshMessage } from './refresh-message.ts';

/** The handler stays at least so long with its loads, ms: most end within it, and their messages need not come again. */
const STAY_MS = 2000;
/** How often the handler looks what is left of its loads, ms: one that waits for its turn takes longer than it seemed. */
const LOOK_MS = 1000;
/** Part of the time after the handler's return that is for loads; in the rest they are committed. */
const LOADING_SHARE = 0.8;
/** Longest delay of a message that queues take, seconds. */
const MAX_DELAY_S = 43_200;

/** What of the services the consumer works with. */
export type QueueServices = RefreshServices & Pick<Services, 'waitUntil'>;

/** What is left out is as usual. */
export interface QueueOptions extends RunOptions {
  /** STAY_MS, for tests. */
  stayMs?: number;
  /** The batch is of slow loads. */
  slow?: boolean;
}

/** Runs the messages of a batch side by side. */
export async function handleRefreshBatch(
  batch: MessageBatch<unknown>,
  services: QueueServices,
  { stayMs = STAY_MS, ...options }: QueueOptions = {},
): Promise<void> {
  const runs = batch.messages.flatMap((message) => {
    const body = readRefreshMessage(message, 'refresh_queue');
    return body === null ? [] : [new Run(message, body, services, options)];
  });
  const goOnMs = services.settings.waitUntilMs * LOADING_SHARE;
  for (let waitMs = stayMs; waitMs > 0; ) {
    const open = runs.filter(({ end }) => end === null);
    await withTimeout(Promise.all(open.map(({ work }) => work)), waitMs).catch(() => undefined);
    const longestMs = Math.max(0, ...runs.filter(({ end }) => end === null).map((run) => run.leftMs()));
    waitMs = Math.min(longestMs - goOnMs, LOOK_MS);
  }
  for (const run of runs) run.finish(services.waitUntil, Date.now() + goOnMs);
}

/** One message and its load. */
class Run {
  readonly #message: Message<unknown>;
  readonly work: Promise<void>;
  /** Null while it runs. */
  end: Disposition | null = null;
  #load: RunningLoad | null = null;

  constructor(message: Message<unknown>, body: RefreshMessage, services: RefreshServices, options: QueueOptions) {
    this.#message = message;
    this.work = this.#run(body, services, options);
  }

  async #run({ requestId, ...body }: RefreshMessage, services: RefreshServices, options: QueueOptions): Promise<void> {
    const { id, attempts } = this.#message;
    const delivery = { ...body, slow: options.slow, attempts, deliveryId: `${id}:${attempts}` };
    const onLease = (load: RunningLoad) => {
      this.#load = load;
      options.onLease?.(load);
    };
    this.end = await withLogFields({ task_id: body.taskId, request_id: requestId }, () =>
      runRefresh(services, delivery, { ...options, onLease }),
    );
  }

  /** The longest that it may still take, ms; before the claim that is not known. */
  leftMs(): number {
    return this.#load?.clock.leftMs() ?? Number.POSITIVE_INFINITY;
  }

  /** Acknowledges the message or hands it back. What still runs goes on, until `endsAt` (ms since the epoch) at most. */
  finish(waitUntil: Services['waitUntil'], endsAt: number): void {
    if (this.end === null) {
      waitUntil(this.work);
      this.#load?.clock.endBy(endsAt);
      if (this.#load !== null) this.#load.isHandedBack = true;
    }
    // Until the lease ends there is nothing to find out that the object's alarm does not tell sooner.
    const delayMs = (this.#load?.leaseEndsAt ?? 0) - Date.now();
    const end = this.end ?? { ack: false, delayS: Math.ceil(delayMs / 1000) };
    if (end.ack) this.#message.ack();
    else this.#message.retry({ delaySeconds: Math.min(Math.max(end.delayS, 1), MAX_DELAY_S) });
  }
}
