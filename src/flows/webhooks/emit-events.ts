/**
 * Sends events about caches to the webhook queue before the change counts as done: if the code is cut off in between,
 * it sends them again (at least once). If no webhook wants them, nothing is looked up or sent.
 */

import { hasEnded } from '../../contract/task.ts';
import type { CacheEvent, WebhookMessage } from '../../contract/webhook.ts';
import { eventOfPurge, eventsOfTask, messagesOf } from '../../core/webhook-events.ts';
import type { Entry } from '../../ports/entry.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { withTimeout } from '../../waiting.ts';
import { demandAvailable } from '../ask-object.ts';
import type { Services } from '../services.ts';

/** The services that events go through. */
export type EmitServices = Pick<Services, 'webhooks' | 'webhookQueue'>;

/** Most messages that a queue takes in one call. */
const MAX_SENT = 100;
const SEND_TIMEOUT_MS = 5000;

/** Sends each event to each webhook that wants it. @throws Problem `overloaded` if that is not certain */
export async function emitEvents(services: EmitServices, events: readonly CacheEvent[]): Promise<void> {
  if (events.length === 0) return;
  const messages = messagesOf(events, await services.webhooks.active());
  for (let at = 0; at < messages.length; at += MAX_SENT) {
    await send(services, messages.slice(at, at + MAX_SENT));
  }
}

/**
 * Same for a task that has ended, as its object remembers it.
 *
 * @param resource title, if known: the object is asked only if a webhook may want the event
 * @throws Problem `overloaded`
 */
export async function emitTask(
  services: EmitServices & Pick<Services, 'objects'>,
  taskId: string,
  resource?: string,
): Promise<void> {
  const webhooks = await services.webhooks.active();
  const mayBeTold = webhooks.some(
    ({ resources }) => resources === undefined || resource === undefined || resources.includes(resource),
  );
  if (!mayBeTold) return;
  const answer = demandAvailable(await services.objects.state(taskId));
  if (answer.outcome !== 'found' || answer.entry === null || !hasEnded(answer.task.state)) return;
  await emitEvents(services, eventsOfTask(answer.task, answer.entry));
}

/** Same for purged caches; `entries` are those after the purge. @throws Problem `overloaded` */
export async function emitPurges(services: EmitServices, entries: readonly Entry[], now: number): Promise<void> {
  await emitEvents(
    services,
    entries.map((entry) => eventOfPurge(entry, now)),
  );
}

/**
 * Same for caches that are about to be purged, if the caller would not come back to them after a cut. Skips caches that
 * hold nothing.
 *
 * @throws Problem `overloaded`: then they must not be purged
 */
export async function emitPurgesAhead(services: EmitServices, entries: readonly Entry[], now: number): Promise<void> {
  const held = entries.filter(({ loaded }) => loaded !== null);
  // The purge will give this revision or a higher one.
  const purged = held.map((entry) => ({ ...entry, loaded: null, revision: entry.revision + 1 }));
  await emitPurges(services, purged, now);
}

async function send({ webhookQueue }: EmitServices, messages: readonly WebhookMessage[]): Promise<void> {
  try {
    const sent = webhookQueue.sendBatch(messages.map((body) => ({ body })));
    await withTimeout(sent, SEND_TIMEOUT_MS);
  } catch (cause) {
    throw overloaded(
      'The change was made, but its events could not be sent to webhooks. Try again in a moment.',
      cause,
    );
  }
}
