/** Sends to webhook receivers: one signed POST, with the rules of origins for hosts, redirects and secrets. */

import { LoadFailure } from '../contract/problem.ts';
import type { Refusal, Webhook } from '../contract/webhook.ts';
import { LONGEST_DELAY_MS } from '../core/webhook-events.ts';
import type { Accepts, Fetch } from '../ports/network.ts';
import { type OriginRequest, type SecretAccess, secretValue } from './build-request.ts';
import { secretNameOf } from './check-webhook.ts';
import { hostRefusal } from './hosts.ts';
import { retryAfterMs } from './origin-status.ts';
import { isRedirect, redirected } from './redirects.ts';
import { unreachable } from './unreachable.ts';
import { signedHeaders, signingKey } from './webhook-signature.ts';

/** Time-out for a receiver's answer, ms. */
const TIMEOUT_MS = 10_000;

/** The definition of a webhook has no other member for this than its URL. */
const REDIRECT_REMEDIES = { tooMany: 'put the right address into url.', elsewhere: 'Put the right address into url.' };

/** What is sent. */
export interface Delivery {
  /** `webhook-id`: the same for each attempt. */
  id: string;
  /** JSON. */
  body: string;
}

/** How it is sent. */
export interface DeliveryOptions extends SecretAccess {
  fetch: Fetch;
  /** Finds out why a request got no answer. */
  accepts: Accepts;
  /** ms since the epoch. */
  now: number;
  /** Replaces TIMEOUT_MS in tests. */
  timeoutMs?: number | undefined;
}

/** The outcome of a delivery. */
export type DeliveryResult =
  | { outcome: 'taken'; status: number }
  | {
      outcome: 'refused';
      /** Null: there was no answer. */
      status: number | null;
      refusal: Refusal;
      /** `Retry-After`, ms; 0: none. */
      retryAfterMs: number;
    };

/** Sends it once. Never throws: every failure becomes a refusal with a reason. */
export async function deliverWebhook(
  webhook: Pick<Webhook, 'url' | 'secrets'>,
  delivery: Delivery,
  options: DeliveryOptions,
): Promise<DeliveryResult> {
  try {
    const request = await requestOf(webhook, delivery, options);
    return await send(request, options);
  } catch (error) {
    const refusal: Refusal =
      error instanceof LoadFailure
        ? { problem: error.code, reason: wordsOf(error) }
        : { problem: 'internal', reason: 'It could not be sent because of an internal error.' };
    return { outcome: 'refused', status: null, refusal, retryAfterMs: 0 };
  }
}

/**
 * @throws LoadFailure `misconfigured` for a host that is not allowed, and for secrets that are missing or invalid as
 * keys
 */
async function requestOf(
  { url: text, secrets }: Pick<Webhook, 'url' | 'secrets'>,
  { id, body }: Delivery,
  options: DeliveryOptions,
): Promise<OriginRequest> {
  const url = new URL(text);
  url.hash = '';
  const refusal = hostRefusal(url, options.hosts);
  if (refusal !== null) throw misconfigured(`The URL of the receiver at ${url.host} ${refusal}.`);
  const keys = secrets.map((placeholder) => {
    const name = secretNameOf(placeholder);
    const key = signingKey(secretValue(name, url, options));
    if (key === null) throw misconfigured(`The secret ${name} must be "whsec_" and 24 to 64 bytes in base64.`);
    return key;
  });
  const ownHeaders = new Headers({ 'Content-Type': 'application/json', 'User-Agent': 'Freshet' });
  const headers = new Headers([...ownHeaders, ...Object.entries(await signedHeaders(id, body, keys, options.now))]);
  return { url, method: 'POST', headers, ownHeaders, body };
}

/** @throws LoadFailure for redirects to another place, time-outs and receivers that cannot be reached */
async function send(first: OriginRequest, options: DeliveryOptions): Promise<DeliveryResult> {
  const { fetch, accepts, hosts, now, timeoutMs = TIMEOUT_MS } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const rules = { redirects: 'same', hosts, secrets: [], remedies: REDIRECT_REMEDIES } as const;
  let request = first;
  for (let followed = 0; ; followed += 1) {
    const { url, method, headers, body } = request;
    const init: RequestInit = { method, headers, body, redirect: 'manual', cache: 'no-store', signal };
    const response = await fetch(url.href, init).catch(async (cause: unknown) => {
      if (signal.aborted) throw timedOut(timeoutMs);
      throw await unreachable(request, cause, accepts);
    });
    // The receiver's body is not used; left unread, it would keep the connection open.
    await response.body?.cancel().catch(() => undefined);
    if (!isRedirect(response)) return resultOf(response, now);
    request = redirected(request, response, followed, rules);
    if (request.method !== 'POST') {
      throw new LoadFailure('origin-redirect', `The origin redirected with ${response.status}, which drops the body.`);
    }
  }
}

function resultOf({ status, ok, headers }: Response, now: number): DeliveryResult {
  if (ok) return { outcome: 'taken', status };
  const problem = status === 401 || status === 403 ? 'origin-auth' : 'origin-status';
  const refusal: Refusal = { problem, reason: `The receiver answered with status ${status}.` };
  return { outcome: 'refused', status, refusal, retryAfterMs: retryAfterMs(headers, now, LONGEST_DELAY_MS) ?? 0 };
}

/** A webhook follows the rules of origins, so its reasons use the same texts. */
function wordsOf({ adminDetail }: LoadFailure): string {
  return adminDetail.replace(/^The origin\b/, 'The receiver');
}

function misconfigured(detail: string): LoadFailure {
  return new LoadFailure('misconfigured', detail);
}

function timedOut(ms: number): LoadFailure {
  return new LoadFailure('origin-timeout', `The receiver gave no answer within ${ms / 1000} s.`, { retryable: true });
}
