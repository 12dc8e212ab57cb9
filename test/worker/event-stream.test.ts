import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServerEvent, streamEvents } from '../../src/http/event-stream.ts';
import { factory } from '../../src/http/factory.ts';
import { renderError } from '../../src/http/problems.ts';
import { makeServices } from '../../src/services.ts';
import { allEventsIn, blocksIn } from '../support/event-stream.ts';

/** What a source of events saw of its stream. */
interface Seen {
  until: number;
  aborted: boolean;
}

/** A stream of the given events, which then goes on until it is told that it is over. */
async function open(events: ServerEvent[], { expiresInMs = 3_600_000, fails = false } = {}) {
  const seen: Seen = { until: 0, aborted: false };
  const app = factory.createApp();
  app.onError(renderError);
  app.get('/', (c) => {
    c.set(
      'services',
      makeServices(env, () => {}),
    );
    c.set('identity', {
      user: 'alice',
      scopes: new Set(),
      scopesFrom: 'claims',
      otherScopes: [],
      groups: new Set(),
      device: null,
      expiresAt: Date.now() + expiresInMs,
    });
    return streamEvents(c, async function* (signal, until) {
      seen.until = until;
      yield* events;
      if (fails) throw new Error('a secret of the inside');
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      seen.aborted = true;
    });
  });
  const response = await app.fetch(new Request('http://freshet.test/'), env, createExecutionContext());
  return { response, seen };
}

/** Lets what is due by then happen. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('every event stream', () => {
  it('says first how soon to come back, then tells its events', async () => {
    const { response } = await open([
      { event: 'state', data: '{"a":1}' },
      { event: 'version', id: 'v2', data: '{}' },
    ]);
    const blocks = blocksIn(response);
    expect((await blocks.next()).value).toBe('retry: 1000');
    expect((await blocks.next()).value).toBe('event: state\ndata: {"a":1}');
    expect((await blocks.next()).value).toBe('event: version\ndata: {}\nid: v2');
  });

  it('sends a comment line every 15 s', async () => {
    const { response } = await open([]);
    const blocks = blocksIn(response);
    expect((await blocks.next()).value).toBe('retry: 1000');
    for (let comments = 0; comments < 3; comments++) {
      const next = blocks.next();
      await pass(15_000);
      expect((await next).value).toBe(':');
    }
  });

  it.each([
    ['after 10 minutes', 3_600_000, 600_000],
    ['when its token is accepted no more', 45_000, 105_000],
  ])('ends %s', async (_when, expiresInMs, lastsMs) => {
    const opened = Date.now();
    const { response, seen } = await open([], { expiresInMs });
    const blocks: string[] = [];
    const reading = (async () => {
      for await (const block of blocksIn(response)) blocks.push(block);
    })();
    await pass(lastsMs - 1);
    expect(seen).toEqual({ until: opened + lastsMs, aborted: false });
    await pass(1);
    await reading;
    expect(seen.aborted).toBe(true);
    expect(blocks.filter((block) => block === ':').length).toBeGreaterThan(lastsMs / 15_000 - 2);
  });

  it('of a token that has just expired continues for the clock tolerance', async () => {
    const { response } = await open([{ event: 'state', data: '1' }], { expiresInMs: -5000 });
    const reading = allEventsIn(response);
    await pass(54_999);
    await pass(1);
    expect(await reading).toEqual([{ event: 'state', data: '1' }]);
  });

  it('that would end within a second is refused as expired', async () => {
    const { response } = await open([], { expiresInMs: -59_001 });
    expect(response.status).toBe(401);
  });

  it('ends without mentioning it when its source fails', async () => {
    const { response } = await open([{ event: 'state', data: '1' }], { fails: true });
    expect(await response.text()).toBe('retry: 1000\n\nevent: state\ndata: 1\n\n');
  });

  it('tells its source when the client has gone', async () => {
    const { response, seen } = await open([]);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await pass(0);
    expect(seen.aborted).toBe(true);
  });
});
