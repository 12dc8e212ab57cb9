/** A client that reads its answer a few bytes at a time, like a phone with a bad connection. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../harness/site.ts';

/** The request. */
export interface Question {
  url: string;
  headers?: Record<string, string>;
}

/** A request to the API of a site; `path` is below `/api/v1/`. */
export async function questionTo(
  { url, api }: Site,
  path: string,
  headers: Record<string, string> = {},
  user?: string,
): Promise<Question> {
  return { url: `${url}/api/v1/${path}`, headers: { ...(await api.authorized(user)), ...headers } };
}

/** How the answer is read. */
export interface Reading {
  /** Bytes per second, read again at each step: `Infinity` takes everything available. */
  pace: { bytesPerS: number };
  /** Closes the connection. */
  signal?: AbortSignal;
  /** Receives each piece; without it the pieces are only counted and hashed. */
  take?(piece: Buffer): void;
  /** Called when the head has arrived. */
  begun?(status: number): void;
}

/** What arrived. */
export interface SlowAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: number;
  sha256: string;
  /** `whole`: the server ended it properly; `cut`: it broke off; `left`: the signal ended it. */
  end: 'whole' | 'cut' | 'left';
}

const STEP_MS = 250;
const FAST_STEP_MS = 2;

/** One request on its own connection. @throws Error if no head arrives, unless the signal ended it */
export async function readSlowly(question: Question, reading: Reading): Promise<SlowAnswer | null> {
  const { signal } = reading;
  let response: IncomingMessage;
  try {
    response = await ask(question, signal);
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
  reading.begun?.(response.statusCode ?? 0);
  const hash = createHash('sha256');
  let bytes = 0;
  let hasEnded = false;
  let broke = false;
  response.on('end', () => {
    hasEnded = true;
  });
  response.on('close', () => {
    broke = !hasEnded;
  });
  response.on('error', () => {
    broke = true;
  });
  // A listener of this event makes the stream wait for read(); without one, everything would flow.
  response.on('readable', () => undefined);
  while (!hasEnded && !broke) {
    const { bytesPerS } = reading.pace;
    const quota = Math.min(response.readableLength, Math.ceil((bytesPerS * STEP_MS) / 1000));
    const piece = response.read(quota) as Buffer | null;
    if (piece !== null && quota > 0) {
      bytes += piece.length;
      hash.update(piece);
      reading.take?.(piece);
    }
    await sleep(bytesPerS === Infinity ? FAST_STEP_MS : STEP_MS);
  }
  const end = hasEnded && response.complete ? 'whole' : signal?.aborted ? 'left' : 'cut';
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, sha256: hash.digest('hex'), end };
}

async function ask({ url, headers = {} }: Question, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  const sent = request(url, {
    agent: false,
    headers: { 'Accept-Encoding': 'identity', ...headers },
    ...(signal === undefined ? {} : { signal }),
  });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // The reader sees a connection that breaks off later.
  sent.on('error', () => undefined);
  return response;
}
