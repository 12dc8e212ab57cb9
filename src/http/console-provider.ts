/**
 * The provider that the console signs people in at, as its discovery document describes it (OpenID Connect Discovery 1.0): the
 * page of the console may ask those of its origins that a sign-in needs, and no other host.
 */

import { isObject } from '../core/json-value.ts';
import { log } from '../log.ts';
import { BoundedMap } from '../stores/bounded-map.ts';
import { growingPauses, looks } from '../waiting.ts';
import { isProviderUrl } from './console-settings.ts';

/** How long a document that was read is taken as current, ms. */
const FRESH_MS = 3_600_000;
/** How long one that could not be read is not asked for again, ms. */
const PAUSE_MS = 30_000;
/** How long the provider may take, ms: the page of the console waits for it. */
const TIMEOUT_MS = 3000;
/** Documents have some 5 KB. */
const MAX_BYTES = 100_000;

/** What an isolate knows of one issuer. */
interface Known {
  origins: readonly string[];
  /** Until when nobody asks again, ms since the epoch. */
  until: number;
}

/** One issuer is set; tests have more. */
const MAX_ISSUERS = 100;
const known = new BoundedMap<Known>(MAX_ISSUERS);
/** Issuers whose document a request is reading -> until when the others wait for it, ms since the epoch. */
const reading = new BoundedMap<number>(MAX_ISSUERS);
const PAUSES = growingPauses(5, 100);

/**
 * Origins of an issuer and of its token endpoint, which Google and Cognito have elsewhere. While its document cannot be read:
 * those that are known from before, else the issuer's own, so that the page says what is wrong. Pages are open to all, so one
 * request of an isolate reads the document, and the others wait for that: however many ask, the provider is asked once.
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
  // A path stays before the well-known one (OpenID Connect Discovery 1.0 section 4).
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the discovery document is answered by ${response.status}`);
  }
  const metadata: unknown = JSON.parse(await boundedText(response));
  // Section 4.3: whoever else may write this document must not get our codes.
  if (!isObject(metadata) || !isSameUrl(String(metadata.issuer), issuer)) {
    throw new Error('the discovery document has another issuer than CONSOLE_OIDC_ISSUER');
  }
  const text = String(metadata.token_endpoint);
  const endpoint = URL.canParse(text) ? new URL(text) : null;
  // Only a provider of this machine may have its endpoint here, in the clear.
  if (endpoint === null || !isProviderUrl(endpoint) || (endpoint.protocol === 'http:' && !issuer.startsWith('http:'))) {
    throw new Error('the discovery document has no token_endpoint with https');
  }
  return endpoint;
}

/** A slash behind a bare host is the same issuer to the library of the console, too. */
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
