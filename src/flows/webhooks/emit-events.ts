/**
 * What has happened to caches goes to the queue of webhooks, before it counts as done: whoever is cut short in between does it again
 * (at least once). Without a webhook that is told, nothing is asked or sent.
 */

import { hasEnded } from '../../contract/task.ts';
import type { CacheEvent, WebhookMessage } from '../../contract/webhook.ts';
import { eventOfPurge, eventsOfTask, messagesOf } from '../../core/webhook-events.ts';
import type { Entry } from '../../ports/entry.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { withTimeout } from '../../waiting.ts';
import { demandAvailable } from '../demand-available.ts';
import type { Services } from '../services.ts';

/** What of the services events go through. */
export type EmitServices = Pick<Services, 'webhooks' | 'webhookQueue'>;

/** Most messages that a queue takes at once. */
const MAX_SENT = 100;
const SEND_TIMEOUT_MS = 5000;

/** Sends each event to each webhook that is told of it. @throws Problem `overloaded` when that is not sure */
export async function emitEvents(services: EmitServices, events: readonly CacheEvent[]): Promise<void> {
  if (events.length === 0) return;
  const messages = messagesOf(events, await services.webhooks.active());
  for (let at = 0; at < messages.length; at += MAX_SENT) {
    await send(services, messages.slice(at, at + MAX_SENT));
  }
}

/**
 * The same of a task that has ended, as its object remembers it.
 *
 * @param resource title, if it is known: the object is only asked where a webhook may be told
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

/** The same of caches that were purged; the entries are those after the purge. @throws Problem `overloaded` */
export async function emitPurges(services: EmitServices, entries: readonly Entry[], now: number): Promise<void> {
  await emitEvents(
    services,
    entries.map((entry) => eventOfPurge(entry, now)),
  );
}

/**
 * The same of caches that are about to be purged by what would not come back to them if it were cut short after the purge. Those that
 * hold nothing are left out. @throws Problem `overloaded`: then they must not be purged
 */
export async function emitPurgesAhead(services: EmitServices, entries: readonly Entry[], now: number): Promise<void> {
  const held = entries.filter(({ loaded }) => loaded !== null);
  // A purge gives this revision, or a higher one.
  const purged = held.map((entry) => ({ ...entry, loaded: null, revision: entry.revision + 1 }));
  await emitPurges(services, purged, now);
}

async function send({ webhookQueue }: EmitServices, messages: readonly WebhookMessage[]): Promise<void> {
  try {
    const sent = webhookQueue.sendBatch(messages.map((body) => ({ body })));
    await withTimeout(sent, SEND_TIMEOUT_MS);
  } catch (cause) {
    throw overloaded('It is done, but webhooks could not be told. Try again in a moment.', cause);
  }
}
