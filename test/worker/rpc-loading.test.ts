/** CONTRACT 3: caches that must be loaded, by the first request or because they have expired. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { Client, sendUnder } from '../support/client.ts';
import { runningClock } from '../support/running-clock.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { token } from '../support/token.ts';
import { until } from '../support/until.ts';

const alice = new Client({ user: 'alice' });
const passMs = runningClock();
/** What is older than this request, by the least that `max-age` can say: a second. */
const now = () => {
  passMs(1001);
  return { 'Cache-Control': 'max-age=1' };
};
const many = <Value>(count: number, make: () => Value) => Array.from({ length: count }, make);
const version = (answer: Response) => answer.headers.get('Content-Version');
const status = (answer: Response) => answer.headers.get('Cache-Status');

/** Reads until the answer has a version; every read on the way has succeeded. */
async function readUntil(source: Source, wanted: string, headers = {}): Promise<Response> {
  return until(async () => {
    const answer = await alice.get(source.path, headers);
    expect([answer.status, version(answer)]).toEqual([200, wanted]);
    return answer;
  }, 100);
}

describe('a first request', () => {
  it('is held until the cache is loaded', async () => {
    const source = await Source.define();
    await source.origin.answerJson({ n: 1 }, { delay_ms: 1500 });
    const answer = await alice.get(source.path);
    expect([answer.status, version(answer), status(answer)]).toEqual([200, 'v1', 'freshet; fwd=miss']);
    expect(await answer.json()).toEqual({ n: 1 });
  });

  it('is 202 with the task after wait_s, and 200 once that has ended', async () => {
    const source = await Source.define({ wait_s: 0 });
    await source.origin.answerJson({ n: 1 }, { delay_ms: 300 });
    const answer = await alice.get(source.path);
    const task = await answer.json<{ task_id: string; task_state: string }>();
    expect(answer.status).toBe(202);
    expect(task).toEqual({ task_id: expect.stringMatching(/^[0-9a-f-]{36}$/), task_state: 'PENDING' });
    expect(answer.headers.get('Location')).toBe(`/api/v1/cache/state/?task_id=${task.task_id}`);
    expect(answer.headers.get('Retry-After')).toBe('1');
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox");

    const state = await alice.get(`/cache/state/?task_id=${task.task_id}`, { Prefer: 'wait=10' });
    expect(await state.json()).toEqual({ task_id: task.task_id, task_state: 'SUCCESS' });
    expect((await alice.get(source.path)).status).toBe(200);
    expect(await source.loads()).toBe(1);
  });

  it('ends as 202 while the load is in RETRY', async () => {
    const source = await Source.define({ wait_s: 2, retry: { max_attempts: 5, backoff_s: 3600 } });
    await source.origin.answer({ status: 503 });
    const answer = await alice.get(source.path);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ task_state: 'RETRY', error: { type: '/docs/problems#origin-status' } });
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  });

  it('is one of many: the origin is asked once, and all get the same (Invariant 5)', async () => {
    const source = await Source.define();
    await source.origin.answerJson({ n: 1 }, { delay_ms: 300 });
    const answers = await Promise.all(many(50, () => alice.get(source.path)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toEqual(new Set(['{"n":1}']));
    expect(await source.loads()).toBe(1);
  });

  it('of many that wait without result names the task to each', async () => {
    const source = await Source.define({ wait_s: 1 });
    await source.origin.answerJson({ n: 1 }, { delay_ms: 4000 });
    const answers = await Promise.all(many(10, () => alice.get(source.path)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    expect(new Set(answers.map((answer) => answer.headers.get('Location'))).size).toBe(1);
  });
});

describe('an expired cache', () => {
  it('is loaded again before the answer', async () => {
    const source = await Source.define();
    await readUntil(source, 'v1');
    await source.origin.answerJson({ n: 2 });
    await source.redefine({});
    const answer = await alice.get(source.path);
    expect([answer.status, version(answer), status(answer)]).toEqual([200, 'v2', 'freshet; fwd=stale']);
    expect(await answer.json()).toEqual({ n: 2 });
  });

  it('keeps its ETag and Last-Modified when nothing has changed', async () => {
    const source = await Source.define();
    const first = await readUntil(source, 'v1');
    await source.redefine({});
    const second = await readUntil(source, 'v2');
    for (const name of ['ETag', 'Last-Modified']) expect(second.headers.get(name)).toBe(first.headers.get(name));
  });

  it('is asked for by many: the origin is asked once (Invariant 5)', async () => {
    const source = await Source.define();
    await readUntil(source, 'v1');
    await source.origin.answerJson({ n: 2 }, { delay_ms: 300 });
    await source.redefine({});
    const answers = await Promise.all(many(50, () => alice.get(source.path)));
    expect(new Set(answers.map(version))).toEqual(new Set(['v2']));
    expect(await source.loads()).toBe(2);
  });

  it('is served stale at once within stale_while_revalidate_s, and one load is queued', async () => {
    const source = await Source.define({ stale_while_revalidate_s: 3600 });
    await readUntil(source, 'v1');
    await source.origin.answerJson({ n: 2 }, { delay_ms: 300 });
    await source.redefine({});
    const answer = await alice.get(source.path);
    expect([answer.status, version(answer)]).toEqual([200, 'v1']);
    expect(status(answer)).toMatch(/^freshet; hit; ttl=(0|-\d+)$/);
    await readUntil(source, 'v2');
    expect(await source.loads()).toBe(2);
  });

  it('across which 1,000 are read: none waits, the origin is asked once, no client sees a version go back', async () => {
    const source = await Source.define({ stale_while_revalidate_s: 3600 });
    await readUntil(source, 'v1');
    const seen = many(100, () => ['v1']);
    const read = async (times: number) => {
      const clients = seen.map(async (versions) => {
        for (let reads = 0; reads < times; reads += 1) {
          const answer = await alice.get(source.path);
          expect([answer.status, status(answer)]).toEqual([200, expect.stringMatching(/^freshet; hit;/)]);
          versions.push(version(answer) ?? '');
        }
      });
      await Promise.all(clients);
    };
    await read(3);
    await source.origin.answer({ hold: true });
    await source.redefine({});
    const loads = async () => (await alice.get(source.path)).ok && (await source.loads());
    await expect.poll(loads).toBe(2);
    await read(3);
    await source.origin.answerJson({ n: 2 });
    await read(2);
    await readUntil(source, 'v2');
    await read(2);
    for (const versions of seen) {
      expect(versions).toEqual(versions.toSorted());
      expect(versions.at(-1)).toBe('v2');
    }
    expect(await source.loads()).toBe(2);
  }, 60_000);

  it('with ttl_s 0 is loaded for each request that comes after the last load, and once for all that wait', async () => {
    const source = await Source.define({ ttl_s: 0 });
    await source.origin.answerJson({ n: 1 }, { delay_ms: 300 });
    const first = await Promise.all(many(20, () => alice.get(source.path)));
    expect(new Set(first.map(version))).toEqual(new Set(['v1']));
    const second = await alice.get(source.path);
    expect([second.status, version(second), status(second)]).toEqual([200, 'v2', 'freshet; fwd=stale']);
    expect(await source.loads()).toBe(2);
  });
});

describe('a failing origin', () => {
  it.each([
    ['an error', { status: 404 }, 502, 'origin-status'],
    ['no answer in time', { hang: true }, 504, 'origin-timeout'],
    ['what is not JSON', { body: '{' }, 502, 'origin-malformed'],
  ])('with %s fails the first request', async (_name, answer, code, type) => {
    const tables = [{ name: 't', rows: '', columns: ['id'] }];
    const source = await Source.define({ tables });
    await source.redefine({ origin: { url: `${source.origin.url}/data`, timeout_s: 1 } });
    await source.origin.answer(answer);
    const failed = await alice.get(source.path);
    expect([failed.status, (await failed.json<{ type: string }>()).type]).toEqual([code, `/docs/problems#${type}`]);
    expect(Number(failed.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(Number(failed.headers.get('Retry-After'))).toBeLessThanOrEqual(30);
  });

  it('is not asked again for error_ttl_s, however many read (Invariant 2)', async () => {
    const source = await Source.define();
    await source.origin.answer({ status: 404 });
    const answers = [
      ...(await Promise.all(many(20, () => alice.get(source.path)))),
      await alice.get(source.path),
      await alice.get(source.path, now()),
    ];
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([502]));
    expect(await source.loads()).toBe(1);
  });

  it('is asked again after error_ttl_s', async () => {
    const source = await Source.define({ error_ttl_s: 0 });
    await source.origin.answer({ status: 404 });
    expect((await alice.get(source.path)).status).toBe(502);
    await source.origin.answerJson({ n: 1 });
    expect((await alice.get(source.path)).status).toBe(200);
  });

  it('is stood in for by the stale body within stale_if_error_s', async () => {
    const source = await Source.define({ ttl_s: 0, stale_if_error_s: 3600 });
    await readUntil(source, 'v1');
    await source.origin.answer({ status: 404 });
    const tried = await alice.get(source.path);
    expect([tried.status, version(tried), status(tried)]).toEqual([200, 'v1', 'freshet; fwd=stale']);
    const spared = await alice.get(source.path);
    expect([spared.status, version(spared)]).toEqual([200, 'v1']);
    expect(status(spared)).toMatch(/^freshet; hit; ttl=-\d+$/);
    expect(await source.loads()).toBe(2);
  });

  it.each([
    ['origin-guard', '{"items":[]}', 200],
    ['origin-pages', '{"items":[{"id":1}],"nextLink":"x"}', 200],
    ['origin-refused', '{"items":[],"errors":["x"]}', 200],
    ['origin-malformed', '{"items":[', 502],
  ])(
    'that answers, but not with the data (%s), is stood in for past stale_if_error_s, marked stale',
    async (code, body, is) => {
      const tables = [{ name: 't', rows: '/items', columns: ['id'] }];
      const source = await Source.define({ ttl_s: 0, stale_if_error_s: 0, tables, guard: { min_rows: 1 } });
      await source.origin.answer({ body: '{"items":[{"id":1}]}' });
      await readUntil(source, 'v1');
      await source.origin.answer({ body });
      const tried = await alice.get(source.path);
      const spared = await alice.get(source.path);
      expect([tried.status, spared.status]).toEqual([is, is]);
      if (is === 200) {
        expect([version(tried), version(spared)]).toEqual(['v1', 'v1']);
        expect(status(tried)).toBe('freshet; fwd=stale');
        expect(status(spared)).toMatch(/^freshet; hit; ttl=-\d+$/);
      } else {
        expect(await spared.json()).toMatchObject({ type: `/docs/problems#${code}` });
      }
    },
  );

  it('that has failed once is stood in for by the stale body while the load is tried again', async () => {
    const source = await Source.define({
      ttl_s: 0,
      stale_if_error_s: 3600,
      retry: { max_attempts: 5, backoff_s: 3600 },
    });
    await readUntil(source, 'v1');
    await source.origin.answer({ status: 503, headers: { 'Retry-After': '3600' } });
    const answers = await Promise.all(many(10, () => alice.get(source.path, { Prefer: 'wait=5' })));
    expect(answers.map((answer) => [answer.status, version(answer)])).toEqual(many(10, () => [200, 'v1']));
    expect(await source.loads()).toBe(2);
  });

  it('past stale_if_error_s is told', async () => {
    const source = await Source.define({ ttl_s: 0, stale_if_error_s: 0 });
    await readUntil(source, 'v1');
    await source.origin.answer({ status: 404 });
    expect((await alice.get(source.path)).status).toBe(502);
  });

  it('is asked at once under a changed definition', async () => {
    const source = await Source.define();
    await source.origin.answer({ status: 404 });
    expect((await alice.get(source.path)).status).toBe(502);
    await source.origin.answerJson({ n: 1 });
    await source.redefine({ origin: { url: `${source.origin.url}/other` } });
    expect((await alice.get(source.path)).status).toBe(200);
  });
});

describe('an object that cannot be asked', () => {
  const broken = { enqueue: () => Promise.reject(new Error('no object today')) };
  const ask = async (source: Source) => {
    const init = { headers: { Authorization: `Bearer ${await token()}` } };
    return sendUnder({ CACHE_OBJECT: { getByName: () => broken } }, API_BASE + source.path, init);
  };

  it('leaves a first request to come again', async () => {
    const answer = await ask(await Source.define());
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '1']);
  });

  it('is stood in for by the stale body, as a failing origin is', async () => {
    const source = await Source.define({ ttl_s: 0, stale_if_error_s: 3600 });
    await readUntil(source, 'v1');
    const answer = await ask(source);
    expect([answer.status, version(answer), status(answer)]).toEqual([200, 'v1', 'freshet; fwd=stale']);
  });
});

describe('Prefer', () => {
  it('respond-async answers 202 at once', async () => {
    const source = await Source.define();
    const answer = await alice.get(source.path, { Prefer: 'respond-async' });
    expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([202, 'respond-async']);
  });

  it('wait=N replaces wait_s', async () => {
    const source = await Source.define({ wait_s: 0 });
    const answer = await alice.get(source.path, { Prefer: 'wait=99' });
    expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([200, 'wait=30']);
  });

  it('wait=0 does not wait', async () => {
    const source = await Source.define();
    const answer = await alice.get(source.path, { Prefer: 'wait=0' });
    expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([202, 'wait=0']);
  });

  it.each(['wait=soon', 'respond-async, wait=5'])('"%s" changes nothing for what is there', async (prefer) => {
    const source = await Source.define();
    await readUntil(source, 'v1');
    const answer = await alice.get(source.path, { Prefer: prefer });
    expect([answer.status, answer.headers.get('Preference-Applied')]).toEqual([200, null]);
  });
});

describe('Cache-Control: max-age', () => {
  it('loads what is older again', async () => {
    const source = await Source.define({ stale_while_revalidate_s: 3600 });
    await readUntil(source, 'v1');
    const answer = await alice.get(source.path, now());
    expect([answer.status, version(answer), status(answer)]).toEqual([200, 'v2', 'freshet; fwd=stale']);
  });

  it.each(['max-age=0', 'no-cache, max-age=0', 'no-cache', 'no-store'])(
    'of no second, which HTTP stacks send unasked, loads nothing: %s',
    async (header) => {
      const source = await Source.define();
      await readUntil(source, 'v1');
      passMs(1001);
      const answer = await alice.get(source.path, { 'Cache-Control': header, Pragma: 'no-cache' });
      expect([answer.status, version(answer)]).toEqual([200, 'v1']);
      expect(await source.loads()).toBe(1);
    },
  );

  it('takes what is young enough', async () => {
    const source = await Source.define();
    await readUntil(source, 'v1');
    expect(version(await alice.get(source.path, { 'Cache-Control': 'max-age=3600' }))).toBe('v1');
    expect(await source.loads()).toBe(1);
  });

  it('is ignored without cache:refresh', async () => {
    const source = await Source.define();
    await readUntil(source, 'v1');
    const reader = new Client({ scope: 'cache:read' });
    expect(version(await reader.get(source.path, now()))).toBe('v1');
  });

  it('lets no stale body stand in', async () => {
    const source = await Source.define({ stale_if_error_s: 3600 });
    await readUntil(source, 'v1');
    await source.origin.answer({ status: 404 });
    expect((await alice.get(source.path, now())).status).toBe(502);
    expect((await alice.get(source.path)).status).toBe(200);
  });
});

describe('a resource', () => {
  it('with other parameters is read by them', async () => {
    const source = await Source.define({ parameters: YEAR_AND_REGION });
    await readUntil(source, 'v1');
    const properties = { year: { type: 'integer', default: 2027 } };
    await source.redefine({ parameters: { type: 'object', properties } });
    expect((await alice.get(source.path)).status).toBe(200);
    expect((await source.origin.requests()).map(({ path }) => path.split('?')[1])).toEqual(['year=2026', 'year=2027']);
  });

  it('that was purged has nothing that could stand in', async () => {
    const source = await Source.define({ stale_if_error_s: 3600 });
    await readUntil(source, 'v1');
    await d1Resources(env.DB).expireAll(source.title, false, Date.now());
    await source.origin.answer({ status: 404 });
    expect((await alice.get(source.path)).status).toBe(502);
  });

  it('that was deleted is 404', async () => {
    const source = await Source.define();
    await readUntil(source, 'v1');
    await d1Resources(env.DB).remove(source.title, null, Date.now());
    expect((await alice.get(source.path)).status).toBe(404);
  });
});

it('a body that R2 has lost is loaded again, and versions continue counting', async () => {
  const source = await Source.define();
  await alice.post('/cache/refresh/', { resource_title: source.title }, { Prefer: 'wait=10' });
  const { objects } = await env.BLOBS.list({ prefix: `${cacheIdentity(source.title, {}, null).key}/` });
  expect(objects).toHaveLength(1);
  await env.BLOBS.delete(objects.map(({ key }) => key));
  const answer = await alice.get(source.path);
  expect([answer.status, version(answer), await answer.text()]).toEqual([200, 'v2', '{"n":1}']);
});
