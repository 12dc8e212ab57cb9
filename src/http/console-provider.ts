/**
 * The identity provider of the console, as its discovery document describes it (OpenID Connect Discovery 1.0). The
 * console's page may send requests to the provider's origins that a sign-in needs, and to no other host.
 */

import { isObject } from '../core/json-value.ts';
import { log } from '../log.ts';
import { BoundedMap } from '../stores/bounded-map.ts';
import { growingPauses, looks } from '../waiting.ts';
import { isProviderUrl } from './console-settings.ts';

/** How long a document counts as current, ms. */
const FRESH_MS = 3_600_000;
/** How long to wait after a failed read before the next one, ms. */
const PAUSE_MS = 30_000;
/** How long the provider may take, ms. The console's page waits for the answer. */
const TIMEOUT_MS = 3000;
/** Documents have about 5 KB. */
const MAX_BYTES = 100_000;

/** What an isolate knows about one issuer. */
interface Known {
  origins: readonly string[];
  /** No request reads the document before then, ms since the epoch. */
  until: number;
}

/** A deployment has one issuer; tests have more. */
const MAX_ISSUERS = 100;
const known = new BoundedMap<Known>(MAX_ISSUERS);
/** Issuers whose document a request is reading -> until when other requests wait for it, ms since the epoch. */
const reading = new BoundedMap<number>(MAX_ISSUERS);
const PAUSES = growingPauses(5, 100);

/**
 * Returns the origins of an issuer and of its token endpoint; Google and Cognito host the latter elsewhere. While the
 * document cannot be read: the origins known from the last read, otherwise the issuer's own, so that the page can show
 * what is wrong.
 *
 * The pages are open to all. In each isolate one request reads the document and the others wait, so the provider gets
 * one request however many pages are opened.
 */
export async function providerOrigins(issuer: string): Promise<readonly string[]> {
  const current = () => {
    const found = known.get(issuer);
    return found !== undefined && Date.now() < found.until ? found.origins : undefined;
  };
  const waitUntil = reading.get(issuer) ?? 0;
  if (current() === undefined && waitUntil <= Date.now()) return (await renew(issuer)).origins;
  for await (const _look of looks(waitUntil, PAUSES)) if (current() !== undefined) break;
  return current() ?? known.get(issuer)?.origins ?? [new URL(issuer).origin];
}

async function renew(issuer: string): Promise<Known> {
  const own = new URL(issuer).origin;
  let found: Known;
  reading.set(issuer, Date.now() + TIMEOUT_MS);
  try {
    const origins = [...new Set([own, (await tokenEndpoint(issuer)).origin])];
    found = { origins, until: Date.now() + FRESH_MS };
  } catch (error) {
    log('warn', 'console.provider_not_read', { error });
    found = { origins: known.get(issuer)?.origins ?? [own], until: Date.now() + PAUSE_MS };
  }
  known.set(issuer, found);
  reading.delete(issuer);
  return found;
}

/** @throws Error that says what is wrong with the answer */
async function tokenEndpoint(issuer: string): Promise<URL> {
  // A path of the issuer comes before the well-known one (OpenID Connect Discovery 1.0 section 4).
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the discovery document was answered with status ${response.status}`);
  }
  const metadata: unknown = JSON.parse(await boundedText(response));
  // Section 4.3: another party that can write this document must not receive our codes.
  if (!isObject(metadata) || !isSameUrl(String(metadata.issuer), issuer)) {
    throw new Error('the discovery document has another issuer than CONSOLE_OIDC_ISSUER');
  }
  const text = String(metadata.token_endpoint);
  const endpoint = URL.canParse(text) ? new URL(text) : null;
  // Only a provider on this machine may have a plain http endpoint on this machine.
  if (endpoint === null || !isProviderUrl(endpoint) || (endpoint.protocol === 'http:' && !issuer.startsWith('http:'))) {
    throw new Error('the discovery document has no token_endpoint with https');
  }
  return endpoint;
}

/** With or without a slash after a bare host: the console's library treats both as the same issuer too. */
function isSameUrl(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).href === new URL(other).href;
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  // Leaving the loop cancels the body.
  for await (const piece of response.body ?? []) {
    length += piece.byteLength;
    if (length > MAX_BYTES) throw new Error(`the discovery document has more than ${MAX_BYTES} bytes`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
