/** One request, read whole: for preparing a measurement and for looking at answers during it. */

import type { Shot } from './wrk.ts';

/** An answer, read whole. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

const TIMEOUT_MS = 30_000;

/** Sends a request once, with its first number and line. */
export async function call(
  url: string,
  { method = 'GET', path, headers, body, first = 1, lines = [] }: Shot,
): Promise<Answer> {
  const fill = (text: string) =>
    text.replaceAll('{n}', String(first)).replaceAll('{line}', lines[first % lines.length] ?? '');
  const response = await fetch(url + fill(path), {
    method,
    // A compressed answer has neither its length nor the bytes that the load generator gets.
    headers: { 'Accept-Encoding': 'identity', ...mapped(headers, fill) },
    ...(body === undefined ? {} : { body: fill(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** The same, where any other status than this one is a fault. @throws Error with what came instead */
export async function demand(status: number, url: string, shot: Shot): Promise<Answer> {
  const answer = await call(url, shot);
  if (answer.status === status) return answer;
  throw new Error(
    `${shot.method ?? 'GET'} ${shot.path}: ${answer.status}, not ${status}: ${answer.body.toString().slice(0, 300)}`,
  );
}

function mapped(headers: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]));
}
