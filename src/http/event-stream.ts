/**
 * Event streams (HTML, "Server-sent events"): every one of the service says how soon to come back, gives a sign of life
 * between events, and ends with its token or after ten minutes, whichever is sooner (CONTRACT 3).
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
/** When to come back to an isolate that holds too many requests already, ms. */
const CROWDED_RECONNECT_MS = 10_000;

/** One event. */
export interface ServerEvent {
  event: string;
  /** One line or several. */
  data: string;
  /** What `Last-Event-ID` says when the client comes back. */
  id?: string;
}

/** Whether the request would rather have an event stream than JSON; what else `Accept` says is all the same. */
export function wantsEventStream(c: Context<AppEnv>): boolean {
  return prefers(c.req.header('Accept') ?? '', EVENT_STREAM_TYPE, 'application/json');
}

/**
 * Answers with the events of a source, until it has no more. Where too many requests are held already, the stream ends with
 * what is known now: the client comes back by itself, so that it is no worse off than by asking now and then.
 *
 * @throws Problem `unauthenticated` for a token that ends within a second
 * @param source is told by its signal when the stream is over; `until` is the latest moment of that, ms since the epoch
 * @param vary what the stream depends on
 * @example return streamEvents(c, (signal, until) => statesOf(watchTask(services, task, { signal, until })));
 */
export function streamEvents(
  c: Context<AppEnv>,
  source: (signal: AbortSignal, until: number) => AsyncIterable<ServerEvent>,
  vary = 'Origin, Cookie',
): Response {
  const headers = { 'Content-Type': EVENT_STREAM_TYPE, 'Cache-Control': 'private, no-cache', Vary: vary };
  // Nobody would read the events.
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
      // What Hono does with it would tell the client; to end the stream makes it come back.
      log('error', 'stream.failed', { request_id: c.get('requestId'), path: c.req.path, error });
    } finally {
      clearTimeout(end);
      clearInterval(life);
      hold?.release();
    }
  });
  // Set now, for streamSSE sets some of its own.
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
