/**
 * Finds out why an origin could not be reached. The platform's `fetch` reports the same error for a refused and for a
 * broken connection, and only "internal error" for an unknown name and for failing TLS. So one TCP connection, without
 * data, finds the rest.
 */

import { LoadFailure } from '../contract/problem.ts';
import type { Accepts } from '../ports/network.ts';
import type { OriginRequest } from './build-request.ts';

/** Why there is no answer. */
type Reason = 'name' | 'refused' | 'tls' | 'timeout' | 'closed';

/** Error texts that state the reason. */
const TEXTS: readonly (readonly [RegExp, Reason])[] = [
  [/certificate|handshake|\b(?:TLS|SSL)\b/i, 'tls'],
  [/\bDNS\b|lookup|getaddrinfo|ENOTFOUND/i, 'name'],
  [/refused/i, 'refused'],
  [/timed?[ -]?out/i, 'timeout'],
];
/** Error texts of workerd that state no reason, observed with real peers (test/worker/unreachable-origins.test.ts). */
const LOST = /^Network connection lost/;
const UNTOLD = /^internal error/;

const WORDS: Readonly<Record<Reason, (url: URL, host: string) => string>> = {
  name: ({ hostname }) => `The name ${hostname} was most likely not found.`,
  refused: (_, host) => `Nothing accepts connections at ${host}.`,
  tls: (_, host) =>
    `${host} accepts connections but not our TLS: its certificate has expired, is self-signed or for another name, or this port does not speak https.`,
  timeout: (_, host) => `${host} did not accept a connection in time.`,
  closed: ({ protocol }, host) =>
    `${host} closed the connection without an answer.${protocol === 'http:' ? ' A server that expects https does so.' : ''}`,
};

/** Most characters of an unknown error text that are repeated. */
const MAX_TEXT = 200;

/**
 * The failure of a request without an answer; administrators see the reason. `accepts` null: the host cannot be tested
 * from here.
 */
export async function unreachable(
  { url, headers }: Pick<OriginRequest, 'url' | 'headers'>,
  cause: unknown,
  accepts: Accepts | null,
): Promise<LoadFailure> {
  const text = cause instanceof Error ? cause.message : String(cause);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const reason = reasonOf(text) ?? (accepts === null ? null : await probe(url, text, port, accepts));
  const why =
    reason === null
      ? `The platform says: "${redacted(text, headers)}".`
      : WORDS[reason](url, `${url.hostname}:${port}`);
  const detail = 'The origin could not be reached.';
  return new LoadFailure('origin-unreachable', detail, { retryable: true, cause, adminDetail: `${detail} ${why}` });
}

function reasonOf(text: string): Reason | null {
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

async function probe(url: URL, text: string, port: number, accepts: Accepts): Promise<Reason | null> {
  if (!LOST.test(text) && !UNTOLD.test(text)) return null;
  const isThere = await accepts(url.hostname.replace(/^\[|\]$/g, ''), port);
  if (LOST.test(text)) return isThere ? 'closed' : 'refused';
  if (isThere) return url.protocol === 'https:' ? 'tls' : null;
  return isAddress(url.hostname) ? null : 'name';
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}

/** Removes addresses, whose queries contain values, and everything that was sent in a header. */
function redacted(text: string, headers: Headers): string {
  const sent = [...headers.values()].filter((value) => value !== '');
  const masked = sent.reduce((known, value) => known.replaceAll(value, '***'), text);
  const plain = masked.replaceAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, '***').replaceAll(/[\p{Cc}"]/gu, ' ');
  return plain.slice(0, MAX_TEXT).toWellFormed();
}
