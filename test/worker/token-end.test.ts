/** CONTRACT 1 and 3: what is held ends when its token is accepted no more, `exp` and the clock tolerance of 60 s. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heldRequests } from '../../src/flows/live/held-requests.ts';
import { Client } from '../support/client.ts';
import { loadedTable, streamOf, tagOf, untilHeld } from '../support/live.ts';
import { Device } from '../support/sockets.ts';
import { heldSource, taskIn } from '../support/tasks.ts';

const EXPIRED = 'Bearer error="invalid_token", error_description="The token has expired"';
const ASYNC = { Prefer: 'respond-async' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 1000) * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});
const putForward = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A device whose token expired so many seconds ago. */
const device = (secondsAgo: number) => new Client({ user: 'alice', expiresInS: -secondsAgo });

/** Waits until the request is answered or held; time passes while it is held. */
async function passWhileHeld(answer: Promise<Response>, ms: number): Promise<Response> {
  await Promise.race([answer, untilHeld(1)]);
  if (heldRequests.count > 0) putForward(ms);
  return answer;
}

describe('a device whose token expired 5 s ago', () => {
  it('is held like any other, so that it asks a few times until it is refused', async () => {
    const source = await loadedTable();
    const headers = { Prefer: 'wait=30', 'X-Delta': 'auto', 'If-None-Match': tagOf(source, 1) };
    const passing = device(5);
    const statuses: number[] = [];
    // As docs/sync.md tells an app to do, for as long as it gets answers.
    while (statuses.length < 10 && statuses.at(-1) !== 401) {
      const answer = await passWhileHeld(passing.get(source.path, headers), 30_000);
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([304, 304, 401]);
  });

  it('gets what comes before the tolerance has passed', async () => {
    const source = await loadedTable();
    const answer = device(5).get(source.path, { Prefer: 'wait=30', 'If-None-Match': tagOf(source, 1) });
    await untilHeld(1);
    putForward(20_000);
    expect(heldRequests.count).toBe(1);
    putForward(10_000);
    expect((await answer).status).toBe(304);
  });

  it('opens a socket', async () => {
    const ticket = await device(5).post('/live/', undefined);
    expect(ticket.status).toBe(200);
    const opened = new Device('alice');
    await opened.connect((await ticket.json<{ live: string }>()).live);
    expect(opened.closed).toBeNull();
    opened.close();
  });

  it('has its stream open', async () => {
    const source = await loadedTable();
    const events = streamOf(await device(5).get(source.path, { Accept: 'text/event-stream' }));
    expect((await events.next()).value).toMatchObject({ event: 'version', id: 'v1' });
    expect(heldRequests.count).toBe(1);
  });
});

describe('a token that is accepted for less than a second more', () => {
  it('is refused where it would be held, and only there', async () => {
    const { source, release } = await heldSource();
    const table = await loadedTable();
    const ending = device(58);
    const task = await taskIn(await ending.post('/cache/refresh/', { resource_title: source.title }, ASYNC));
    putForward(1001);
    const held = [
      ending.get(table.path, { Prefer: 'wait=30', 'If-None-Match': tagOf(table, 1) }),
      ending.get(table.path, { Accept: 'text/event-stream' }),
      ending.get(`/cache/state/?task_id=${task.task_id}`, { Prefer: 'wait=30' }),
      ending.get(`/cache/state/?task_id=${task.task_id}`, { Accept: 'text/event-stream' }),
      ending.post('/cache/refresh/', { resource_title: source.title }, { Prefer: 'wait=30' }),
      ending.post('/live/', undefined),
    ];
    for (const answer of await Promise.all(held)) {
      expect([answer.status, answer.headers.get('WWW-Authenticate')]).toEqual([401, EXPIRED]);
    }
    const others = [
      ending.get(table.path),
      ending.get(`/cache/state/?task_id=${task.task_id}`),
      ending.post('/cache/refresh/', { resource_title: source.title }, ASYNC),
    ];
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await release();
  });
});
