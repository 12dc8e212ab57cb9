/**
 * Event streams (HTML, "Server-sent events"). Every stream tells the client when to reconnect, sends a comment at
 * intervals as a sign of life, and ends with its token or after ten minutes, whichever comes first (CONTRACT 3).
 */

import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { prefers } from '../core/accept.ts';
import { log } from '../log.ts';
import type { AppEnv } from './factory.ts';
import { holdUntil } from './identity.ts';

/** Content type of event streams. */
export const EVENT_STREAM_TYPE = 'text/event-stream';

const RECONNECT_MS = 1000;
const COMMENT_INTERVAL_MS = 15_000;
const MAX_STREAM_MS = 600_000;
/** Reconnection time if the isolate already holds too many requests, ms. */
const CROWDED_RECONNECT_MS = 10_000;

/** One event. */
export interface ServerEvent {
  event: string;
  /** One or more lines. */
  data: string;
  /** The client sends it as `Last-Event-ID` when it reconnects. */
  id?: string;
}

/** Whether the request prefers an event stream to JSON. Other types in `Accept` have no effect. */
export function wantsEventStream(c: Context<AppEnv>): boolean {
  return prefers(c.req.header('Accept') ?? '', EVENT_STREAM_TYPE, 'application/json');
}

/**
 * Streams the events of a source until the source ends. If the isolate already holds too many requests, the stream
 * sends the current events and ends; the client reconnects by itself, which is no worse than polling.
 *
 * @throws Problem `unauthenticated` for a token that expires within a second
 * @param source its signal aborts when the stream ends; `until` is the latest time for that, ms since the epoch
 * @param vary the answer's `Vary`
 * @example return streamEvents(c, (signal, until) => statesOf(watchTask(services, task, { signal, until })));
 */
export function streamEvents(
  c: Context<AppEnv>,
  source: (signal: AbortSignal, until: number) => AsyncIterable<ServerEvent>,
  vary = 'Origin, Cookie',
): Response {
  const headers = { 'Content-Type': EVENT_STREAM_TYPE, 'Cache-Control': 'private, no-cache', Vary: vary };
  // A HEAD answer has no body for the events.
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);

  const now = Date.now();
  const identity = c.get('identity');
  const end = holdUntil(identity, MAX_STREAM_MS);
  const hold = c.get('services').hold({ user: identity.user, kind: 'news', until: now + 2 * COMMENT_INTERVAL_MS });
  const until = hold === null ? now : end;
  const over = new AbortController();
  const response = streamSSE(c, async (stream) => {
    stream.onAbort(() => over.abort());
    const end = setTimeout(() => over.abort(), until - now);
    const life = setInterval(() => {
      void stream.write(':\n\n');
      hold?.keepUntil(Date.now() + 2 * COMMENT_INTERVAL_MS);
    }, COMMENT_INTERVAL_MS);
    try {
      await stream.write(`retry: ${hold === null ? CROWDED_RECONNECT_MS : RECONNECT_MS}\n\n`);
      for await (const event of source(over.signal, until)) {
        await stream.writeSSE(event);
        if (over.signal.aborted) break;
      }
    } catch (error) {
      // Hono would send the error to the client. Ending the stream makes the client reconnect.
      log('error', 'stream.failed', { request_id: c.get('requestId'), path: c.req.path, error });
    } finally {
      clearTimeout(end);
      clearInterval(life);
      hold?.release();
    }
  });
  // Set here because streamSSE sets some of these headers itself.
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
