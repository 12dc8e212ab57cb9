/** CONTRACT 3 "Many caches at once": what must be loaded is waited for, at most so much of it and so long. */
import { describe, expect, it } from 'vitest';
import { heldRequests } from '../../src/flows/live/held-requests.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { inOnePeriod, lowered } from '../support/limits.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { syncOf } from '../support/sync.ts';
import { bearer } from '../support/token.ts';

const alice = new Client({ user: 'alice' });
const itemsOf = (...sources: Source[]) => sources.map(({ title }) => ({ id: title, resource_title: title }));
/** So many caches of one resource. */
const yearsOf = ({ title }: Source, count: number) =>
  Array.from({ length: count }, (_year, n) => ({ id: `${n}`, resource_title: title, parameters: { year: n } }));
const statuses = ({ caches }: { caches: { status: number }[] }) => caches.map(({ status }) => status);

describe('caches that must be loaded', () => {
  it('are waited for together, in the room of one request', async () => {
    const sources = await Promise.all(Array.from({ length: 4 }, () => Source.define()));
    await Promise.all(sources.map(({ origin }) => origin.answerJson({ n: 1 }, { delay_ms: 800 })));
    const answer = syncOf(alice, itemsOf(...sources));
    await expect.poll(() => heldRequests.count, { interval: 5 }).toBeGreaterThan(0);
    expect(heldRequests.count).toBe(1);
    const { caches } = await answer;
    expect(caches.map(({ status, forwarded }) => [status, forwarded])).toEqual(sources.map(() => [200, 'miss']));
    expect(heldRequests.count).toBe(0);
    expect(await Promise.all(sources.map((source) => source.loads()))).toEqual([1, 1, 1, 1]);
  });

  it('with respond-async are answered with their tasks at once', async () => {
    const source = await Source.define();
    await source.origin.answerJson({ n: 1 }, { delay_ms: 1500 });
    const { caches, response } = await syncOf(alice, itemsOf(source), {}, { Prefer: 'respond-async' });
    expect(caches[0]).toEqual({
      id: source.title,
      tag: expect.stringMatching(/^[0-9a-f]{16}$/),
      status: 202,
      task: { task_id: expect.any(String), task_state: expect.stringMatching(/PENDING|STARTED/) },
      retry_after: 1,
    });
    expect(response.headers.get('Preference-Applied')).toBe('respond-async');
    const state = await alice.get(`/cache/state/?task_id=${caches[0]?.task?.task_id}`, { Prefer: 'wait=20' });
    expect(await state.json()).toMatchObject({ task_state: 'SUCCESS' });
  });

  it('are given up after wait=N, or a shorter wait_s of their resource', async () => {
    const [waited, short] = [await Source.define(), await Source.define({ wait_s: 0 })];
    await Promise.all([waited, short].map(({ origin }) => origin.answerJson({ n: 1 }, { delay_ms: 4000 })));
    expect(statuses(await syncOf(alice, itemsOf(short)))).toEqual([202]);
    const { caches, response } = await syncOf(alice, itemsOf(waited, short), {}, { Prefer: 'wait=1' });
    expect(statuses({ caches })).toEqual([202, 202]);
    expect(response.headers.get('Preference-Applied')).toBe('wait=1');
  });

  it('are loaded ten before the answer and the others after it', async () => {
    // On a busy machine ten loads take longer than an answer usually waits.
    const source = await Source.define({ parameters: YEAR_AND_REGION, wait_s: 30 });
    const { caches } = await syncOf(alice, yearsOf(source, 14));
    expect(statuses({ caches })).toEqual([...Array<number>(10).fill(200), ...Array<number>(4).fill(202)]);
    for (const { task, retry_after, tag } of caches.slice(10)) {
      expect([task, retry_after, tag]).toEqual([undefined, 2, expect.any(String)]);
    }
    await expect.poll(() => source.loads()).toBe(14);
    await expect.poll(async () => new Set(statuses(await syncOf(alice, yearsOf(source, 14))))).toEqual(new Set([200]));
    expect(await source.loads()).toBe(14);
  });

  it('that fail are a problem of their item, with when to come back', async () => {
    const [failing, fine] = [await Source.define(), await Source.define()];
    await failing.origin.answer({ status: 404 });
    const { caches } = await syncOf(alice, itemsOf(failing, fine));
    expect(statuses({ caches })).toEqual([502, 200]);
    expect(caches[0]).toMatchObject({
      tag: expect.stringMatching(/^[0-9a-f]{16}$/),
      problem: { type: '/docs/problems#origin-status', status: 502 },
      retry_after: expect.any(Number),
    });
  });

  it('are served stale meanwhile, where they may be', async () => {
    const source = await Source.define({ stale_while_revalidate_s: 3600 });
    await syncOf(alice, itemsOf(source));
    await source.redefine({});
    // The first question after the copy has run out has it loaded.
    const loads = async () => {
      expect(statuses(await syncOf(alice, itemsOf(source)))).toEqual([200]);
      return source.loads();
    };
    await expect.poll(loads).toBe(2);
  });
});

describe('limits', () => {
  it('count each item as a request, and refuse only those past them', async () => {
    const source = await Source.define();
    await syncOf(alice, itemsOf(source));
    await inOnePeriod(async () => {
      const user = unique('user');
      const answer = await sendUnder(lowered('USER_REQUESTS', 3), '/api/v1/sync/', {
        method: 'POST',
        headers: { ...(await bearer({ user })), 'Content-Type': 'application/json' },
        body: JSON.stringify({ caches: ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, resource_title: source.title })) }),
      });
      expect(answer.status).toBe(200);
      const read = await answer.json<{ caches: { status: number; retry_after?: number }[] }>();
      expect(statuses(read).filter((status) => status === 200)).toHaveLength(3);
      expect(read.caches.filter(({ status }) => status === 429)).toMatchObject([
        { retry_after: 60 },
        { retry_after: 60 },
      ]);
      const next = await sendUnder(lowered('USER_REQUESTS', 3), source.path.replace('', '/api/v1'), {
        headers: await bearer({ user }),
      });
      expect(next.status).toBe(429);
    });
  });

  it('count loads as reads do', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    await inOnePeriod(async () => {
      const user = unique('user');
      const first = Date.now() % 1_000_000;
      const caches = [0, 1, 2, 3].map((n) => ({
        id: `${n}`,
        resource_title: source.title,
        parameters: { year: first * 10 + n },
      }));
      const answer = await sendUnder(lowered('USER_LOADS', 2), '/api/v1/sync/', {
        method: 'POST',
        headers: { ...(await bearer({ user })), 'Content-Type': 'application/json' },
        body: JSON.stringify({ caches }),
      });
      const read = await answer.json<{ caches: { status: number }[] }>();
      expect(statuses(read).sort()).toEqual([200, 200, 429, 429]);
    });
  });
});
