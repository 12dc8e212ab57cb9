/**
 * A request that is sent repeatedly, and the same request sent once: to prepare a measurement and to check answers
 * during it.
 */

import { type Answer, send } from '../../harness/api.ts';

/** In path, header values and body, `{n}` is a number that counts up. */
export interface Shot {
  method?: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** How many numbers there are before they start again; 0: each request has its own number. Default: 1. */
  count?: number;
  /** The first number. Default: 1. */
  first?: number;
}

const TIMEOUT_MS = 30_000;

/** Sends it once, with its first number. */
export function shoot(url: string, { method = 'GET', path, headers, body, first = 1 }: Shot): Promise<Answer> {
  const fill = (text: string) => text.replaceAll('{n}', String(first));
  return send(url + fill(path), {
    method,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    ...(body === undefined ? {} : { body: fill(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

/** Says what is wrong with an answer of another status; null: nothing. */
export function statusFault({ status, body }: Answer, right: number): string | null {
  return status === right ? null : `${status}, not ${right}: ${body.toString().slice(0, 200)}`;
}
