/**
 * Consumer of the `refresh` queues. After a handler returns, the platform lets its work continue for a while, then cuts
 * it off. So the handler waits for its loads until the rest of them is certain to fit into that time: it waits for a
 * slow load, and a load that hangs blocks the queue no longer than necessary. Messages of loads that still run are
 * retried, and then find the result.
 *
 *   handler starts            handler returns          cut off
 *   |----- waits for loads -----|----- loads continue -----|
 */

import * as v from 'valibot';
import type { Disposition } from '../flows/load/report-load.ts';
import { type RefreshServices, type RunningLoad, type RunOptions, runRefresh } from '../flows/load/run-refresh.ts';
import type { Services } from '../flows/services.ts';
import { log, withLogFields } from '../log.ts';
import type { RefreshMessage } from '../ports/messages.ts';
import { withTimeout } from '../waiting.ts';

/** The handler waits at least this long for its loads, ms: most end within it, so their messages need no retry. */
const STAY_MS = 2000;
/**
 * How often the handler checks what is left of its loads, ms: a load that waits for its turn takes longer than
 * expected.
 */
const LOOK_MS = 1000;
/** The share of the time after the handler's return for loading; the rest is for commits. */
const LOADING_SHARE = 0.8;
/** Longest delay of a message that a queue accepts, seconds. */
const MAX_DELAY_S = 43_200;

/** The services that the consumer uses. */
export type QueueServices = RefreshServices & Pick<Services, 'waitUntil'>;

/** Options, all with defaults. */
export interface QueueOptions extends RunOptions {
  /** Overrides STAY_MS in tests. */
  stayMs?: number;
  /** Whether the batch is one of slow loads. */
  slow?: boolean;
}

/** Processes the messages of a batch in parallel. */
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
  /** Null while the load runs. */
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

  /** The longest time that the load may still take, ms; unknown before the claim. */
  leftMs(): number {
    return this.#load?.clock.leftMs() ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Acknowledges the message or retries it. A load that still runs continues until `endsAt` at the latest, ms since the
   * epoch.
   */
  finish(waitUntil: Services['waitUntil'], endsAt: number): void {
    if (this.end === null) {
      waitUntil(this.work);
      this.#load?.clock.endBy(endsAt);
      if (this.#load !== null) this.#load.isHandedBack = true;
    }
    // Before the lease ends, a retry could find nothing that the object's alarm does not report sooner.
    const delayMs = (this.#load?.leaseEndsAt ?? 0) - Date.now();
    const end = this.end ?? { ack: false, delayS: Math.ceil(delayMs / 1000) };
    if (end.ack) this.#message.ack();
    else this.#message.retry({ delaySeconds: Math.min(Math.max(end.delayS, 1), MAX_DELAY_S) });
  }
}

/** The message of the `refresh` queues. Drops members that this release does not know: two releases may run at the same time. */
const Body: v.GenericSchema<unknown, RefreshMessage> = v.object({
  taskId: v.pipe(v.string(), v.uuid(), v.toLowerCase()),
  resource: v.exactOptional(v.string()),
  origin: v.exactOptional(v.string()),
  gate: v.exactOptional(v.string()),
  force: v.exactOptional(v.boolean()),
  heavy: v.exactOptional(v.boolean()),
  requestId: v.exactOptional(v.string()),
});

/**
 * Returns the message; null for an invalid one, which is logged and acknowledged because it would be retried forever.
 */
export function readRefreshMessage(
  message: Message<unknown>,
  queue: 'refresh_queue' | 'refresh_dead_queue',
): RefreshMessage | null {
  const { success, output } = v.safeParse(Body, message.body);
  if (success) return output;
  log('error', `${queue}.not_understood`, { message_id: message.id });
  message.ack();
  return null;
}
