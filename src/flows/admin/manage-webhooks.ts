/** Webhooks, managed by administrators (CONTRACT 4). */

import * as v from 'valibot';
import { API_BASE } from '../../contract/constants.ts';
import { Problem, problemType } from '../../contract/problem.ts';
import { isDefined } from '../../contract/resource.ts';
import {
  MAX_WEBHOOK_CHARACTERS,
  MAX_WEBHOOKS,
  type Refusal,
  type StoredWebhook,
  Webhook,
  type WebhookAnswer,
  WebhookName,
  type WebhookTest,
} from '../../contract/webhook.ts';
import { type Conditions, demandConditions } from '../../core/conditions.ts';
import { digestTag } from '../../core/etag.ts';
import { canonicalText } from '../../core/json-value.ts';
import { timestamp } from '../../core/timestamp.ts';
import { webhookFaults } from '../../origin/check-webhook.ts';
import { deliverWebhook } from '../../origin/deliver-webhook.ts';
import type { Json } from '../../ports/entry.ts';
import type { Services } from '../services.ts';
import { deliveryOptions, type SendOptions, type WebhookServices, wakeWebhook } from '../webhooks/send-events.ts';
import { parseNamed, retriedOnConflict } from './named-definitions.ts';

/** Most warnings about resources. */
const MOST_TOLD = 8;

/**
 * Parses the body of `PUT /webhooks/<name>/`. An answer to GET can be put back: `name` must be the same, and `state` is
 * ignored.
 *
 * @param hosts ORIGIN_HOSTS
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export function parseWebhook(name: string, body: Json, hosts: readonly string[]): Webhook {
  const faults = (webhook: Webhook) => webhookFaults(webhook, hosts);
  return parseNamed(name, body, { schema: Webhook, name: WebhookName, faults, mostCharacters: MAX_WEBHOOK_CHARACTERS });
}

/** @throws Problem `not-found` */
export async function getWebhook(
  { webhooks }: Pick<WebhookServices, 'webhooks'>,
  name: string,
): Promise<StoredWebhook> {
  const stored = v.is(WebhookName, name) ? (await webhooks.readAll([name])).get(name) : undefined;
  if (stored === undefined) {
    throw new Problem('not-found', `There is no webhook of this name. GET ${API_BASE}/webhooks/ lists them.`);
  }
  return stored;
}

/** Returns all webhooks in order of name, each with the number of events that wait for it. */
export async function listWebhooks({
  webhooks,
  webhookWaiting,
}: Pick<WebhookServices, 'webhooks' | 'webhookWaiting'>): Promise<WebhookAnswer[]> {
  const [all, counts] = await Promise.all([webhooks.list(), webhookWaiting.counts()]);
  return all.map(answerOfWebhook).map((answer) => ({
    ...answer,
    state: { ...answer.state, waiting: counts.get(answer.name) ?? 0 },
  }));
}

/** A webhook that was put, and what the PUT changed. */
export interface PutWebhook {
  webhook: StoredWebhook;
  outcome: 'created' | 'changed' | 'same' | 'enabled';
}

/**
 * Writes a definition and enables the webhook. An equal definition changes nothing while the receiver accepts
 * deliveries.
 *
 * @param now ms since the epoch
 * @throws Problem `precondition-failed`, `conflict` if others keep writing or there are already MAX_WEBHOOKS
 */
export async function putWebhook(
  services: Pick<WebhookServices, 'webhooks' | 'webhookQueue'>,
  name: string,
  definition: Webhook,
  conditions: Conditions,
  now: number,
): Promise<PutWebhook> {
  return retriedOnConflict<PutWebhook>('webhook', async () => {
    const current = (await services.webhooks.readAll([name])).get(name);
    demandConditions(conditions, current === undefined ? null : webhookEtag(current));
    const isSame = current !== undefined && canonicalText(current.definition) === canonicalText(definition);
    if (isSame && current.disabledAt === null && current.failingSince === null)
      return { webhook: current, outcome: 'same' };
    const webhook = await services.webhooks.put(name, definition, current?.changedAt ?? null, now);
    if (webhook !== null) {
      if (webhook.wakeAt !== null) await wakeWebhook(services, name, webhook.wakeAt, now);
      return { webhook, outcome: current === undefined ? 'created' : isSame ? 'enabled' : 'changed' };
    }
    if (current === undefined && (await services.webhooks.list()).length >= MAX_WEBHOOKS) {
      throw new Problem('conflict', `There are ${MAX_WEBHOOKS} webhooks, the maximum. Delete one first.`);
    }
    return null;
  });
}

/**
 * A warning for each resource that a webhook names and that does not exist, the first MOST_TOLD. They may be defined
 * later. None while definitions cannot be read.
 */
export async function missingResources(
  { resources }: Pick<Services, 'resources'>,
  titles: readonly string[] = [],
): Promise<string[]> {
  const found = await resources.findAll(titles).catch(() => null);
  if (found === null) return [];
  return titles
    .filter((title) => !isDefined(found.get(title) ?? null))
    .slice(0, MOST_TOLD)
    .map(
      (title) =>
        `There is no resource "${title}" now, so nothing is sent about it. GET ${API_BASE}/resources/ lists them.`,
    );
}

/** @throws Problem `not-found`, `precondition-failed`, `conflict` if others keep writing */
export async function deleteWebhook(
  services: Pick<WebhookServices, 'webhooks'>,
  name: string,
  conditions: Conditions,
): Promise<void> {
  await retriedOnConflict('webhook', async () => {
    const current = await getWebhook(services, name);
    demandConditions(conditions, webhookEtag(current));
    return (await services.webhooks.remove(name, current.changedAt)) ? true : null;
  });
}

/**
 * Sends one event of the type `webhook.test` now, even to a disabled webhook, and leaves its state unchanged.
 *
 * @throws Problem `not-found`
 */
export async function testWebhook(
  services: WebhookServices,
  name: string,
  options: SendOptions = {},
): Promise<WebhookTest> {
  const { definition } = await getWebhook(services, name);
  const { now = Date.now } = options;
  const startedAt = now();
  const id = `test-${crypto.randomUUID()}`;
  const body = JSON.stringify({ type: 'webhook.test', timestamp: timestamp(startedAt), data: { webhook: name } });
  const result = await deliverWebhook(definition, { id, body }, deliveryOptions(services, options));
  const delivered = result.outcome === 'taken';
  return {
    delivered,
    webhook_id: id,
    status: result.status,
    ms: now() - startedAt,
    ...told(delivered ? null : result.refusal),
  };
}

/** A webhook as the API answers it. */
export function answerOfWebhook(webhook: StoredWebhook): WebhookAnswer {
  const { name, definition, failingSince, wakeAt, disabledAt, refusal } = webhook;
  const isDisabled = disabledAt !== null;
  const isFailing = !isDisabled && failingSince !== null;
  return {
    name,
    ...definition,
    state: {
      status: isDisabled ? 'disabled' : isFailing ? 'failing' : 'ok',
      failing_since: timestamp(failingSince),
      next_try: timestamp(isFailing ? wakeAt : null),
      disabled_since: timestamp(disabledAt),
      ...told(refusal),
    },
  };
}

function told(refusal: Refusal | null): Pick<WebhookTest, 'type' | 'reason'> {
  if (refusal === null) return { type: null, reason: null };
  const { problem, reason } = refusal;
  return { type: problem === null ? null : problemType(problem), reason };
}

/** Entity tag, without quotes, of the answer. It covers the state as well. */
export function webhookEtag(webhook: StoredWebhook): string {
  return digestTag(JSON.stringify(answerOfWebhook(webhook)));
}
