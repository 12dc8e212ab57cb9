/** DESIGN "Hop budget": what one question about many caches asks of the stores, counted on the real bindings. */
import { describe, expect, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { countCalls } from '../support/count-calls.ts';
import { unique } from '../support/entries.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { token } from '../support/token.ts';

async function ask(caches: readonly object[], headers: Record<string, string> = {}) {
  const { calls, response } = await countCalls(`${API_BASE}/sync/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ caches }),
  });
  const read = await response.json<{ caches: { id: string; status: number; etag?: string }[] }>();
  return { calls, caches: read.caches };
}

/** So many caches of one resource, loaded. */
async function loaded(count: number) {
  const source = await Source.define({ parameters: YEAR_AND_REGION });
  const items = Array.from({ length: count }, (_item, n) => ({
    id: `${n}`,
    resource_title: source.title,
    parameters: { year: n },
  }));
  for (let at = 0; at < count; at += 10) await ask(items.slice(at, at + 10));
  return items;
}

describe('a question about many caches', () => {
  it('of which all are in memory costs nothing, and of a device one send', async () => {
    const items = await loaded(10);
    const first = await ask(items);
    const held = items.map((item, at) => ({ ...item, etag: first.caches[at]?.etag }));
    await ask(held);
    const { calls, caches } = await ask(held, { 'X-Device-Id': unique('tablet') });
    expect(caches.map(({ status }) => status)).toEqual(Array<number>(10).fill(304));
    expect(calls.d1).toBeLessThanOrEqual(1);
    expect(calls).toMatchObject({ object: 0, r2: 0, queue: 1 });
  });

  it('of one that is not known with others that are asks D1 once, for that one alone', async () => {
    const items = await loaded(3);
    await ask(items);
    const unknown = { id: 'x', resource_title: (await Source.define({ wait_s: 0 })).title };
    const { calls } = await ask([...items, unknown], { Prefer: 'respond-async' });
    expect(calls.d1).toBe(1);
  });

  it('of which the location knows none costs one statement, and hardly a call of the edge before it', async () => {
    const title = (await Source.define({ parameters: YEAR_AND_REGION, wait_s: 0 })).title;
    const items = Array.from({ length: 100 }, (_item, n) => ({
      id: `${n}`,
      resource_title: title,
      parameters: { year: n },
    }));
    const matches = vi.spyOn(Cache.prototype, 'match');
    const { calls, caches } = await ask(items, { Prefer: 'respond-async' });
    const asked = matches.mock.calls.length;
    matches.mockRestore();
    expect(caches.map(({ status }) => status)).toEqual(Array<number>(100).fill(202));
    expect(calls.d1).toBe(1);
    // Ten before the answer, the others after it.
    expect(calls.object).toBe(100);
    expect(asked).toBeLessThan(30);
  });
});
