import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { d1Entries } from '../../src/stores/entries.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { Refreshed, services } from '../support/refreshes.ts';

const TABLE = { name: 't', rows: '/value', columns: ['id', 'a'], key: ['id'] };
const ONCE = { max_attempts: 1, backoff_s: 0 };
const DAY = '2026-01-02';
const at = (time: string) => `${DAY}T${time}Z`;
const row = (id: number, a: string, time: string | null = '10:00:00', more: object = {}) => ({
  id,
  a,
  at: time === null ? null : at(time),
  ...more,
});
const answer = (value: object[], more: object = {}): OriginAnswer => ({ body: JSON.stringify({ value, ...more }) });

/** These answers one after the other; the last again and again. */
function chain([first = {}, ...others]: OriginAnswer[]): OriginAnswer {
  return others.length === 0 ? first : { ...first, next: chain(others) };
}

/** A resource that is asked for changes by a watermark. */
const byTime = async (changes: object = {}, origin: object = {}, more: object = {}) => {
  const cache = await Refreshed.define({ retry: ONCE });
  const url = `${cache.origin.url}/since/{_since}`;
  await cache.redefine({
    retry: ONCE,
    tables: [TABLE],
    ...more,
    origin: { changes: { url, cursor: '/at', lag_s: 0, ...changes }, ...origin },
  });
  return cache;
};
const byLink = (changes: object = {}, origin: object = {}) =>
  Refreshed.define({
    retry: ONCE,
    tables: [TABLE],
    origin: { changes: { link: '/@odata.deltaLink', removed: { at: '/@removed' }, ...changes }, ...origin },
  });

const asked = async (cache: Refreshed) =>
  (await cache.origin.requests()).map(({ path }) => decodeURIComponent(path.split('/').slice(2).join('/')));
/** Loads what the origin answers now; the rows that devices then have, without their ids, and the version. */
async function load(cache: Refreshed, answers: OriginAnswer[], enqueue: object = {}) {
  await cache.origin.answer(chain(answers));
  const { task } = await cache.refresh({ enqueue });
  const entry = await d1Entries(env.DB).find(cache.cache.key);
  const body = entry?.loaded ? await cache.body(entry) : 'null';
  return {
    task,
    rows: JSON.parse(body)?.[0].data.map(([, ...cells]: unknown[]) => cells.join()),
    loaded: entry?.loaded,
    body,
  };
}
const failed = (code: string) => ({
  state: 'FAILURE',
  error: expect.objectContaining({ type: `/docs/problems#${code}` }),
});

describe('a load of changes by a watermark', () => {
  it('asks for what changed since the latest row, and puts it into the body: ids, delta and versions as usual', async () => {
    const cache = await byTime();
    const first = await load(cache, [answer([row(1, 'x'), row(2, 'y', '11:00:00'), row(3, 'z', null)])]);
    expect(first.rows).toEqual(['1,x', '2,y', '3,z']);
    const second = await load(cache, [answer([row(4, 'new', '12:00:00'), row(2, 'Y', '11:30:00.5')])]);
    expect(second.rows).toEqual(['1,x', '2,Y', '3,z', '4,new']);
    expect(second.loaded).toMatchObject({ version: 2, changed: 2, rows: 4 });
    // Row ids of what did not change stay.
    expect(second.body).toContain('[[1,1,"x"],[4,2,"Y"],[3,3,"z"],[5,4,"new"]]');
    const third = await load(cache, [answer([])]);
    expect(third.loaded).toMatchObject({ version: 3, changed: 2 });
    expect(await asked(cache)).toEqual(['data', `since/${at('11:00:00')}`, `since/${at('12:00:00')}`]);
  });

  it('complaint 24: looks back by lag_s for rows that were stored late, which change nothing when they are known', async () => {
    const cache = await byTime({ lag_s: 3600, write: 'odata2' });
    await load(cache, [answer([row(1, 'x', '11:00:00'), row(2, 'y', '10:30:00')])]);
    const late = await load(cache, [answer([row(2, 'y', '10:30:00'), row(3, 'late', '10:10:00')])]);
    expect(late.rows).toEqual(['1,x', '2,y', '3,late']);
    // The watermark does not go back.
    await load(cache, [answer([])]);
    const since = `since/datetime'${DAY}T10:00:00'`;
    expect(await asked(cache)).toEqual(['data', since, since]);
  });

  it('complaint 25: leaves out rows that are marked as removed, and those that nobody told at the next full load', async () => {
    const cache = await byTime({ removed: { at: '/gone', is: true }, full_s: 300 });
    await load(cache, [answer([row(1, 'x'), row(2, 'y'), row(3, 'z'), row(9, 'old', '09:00:00', { gone: true })])]);
    const marked = await load(cache, [
      answer([row(2, '', '12:00:00', { gone: true }), row(8, '', null, { gone: true })]),
    ]);
    expect(marked.rows).toEqual(['1,x', '3,z']);
    expect(marked.loaded).toMatchObject({ changed: 2 });
    // Removed and created again: the last of a key counts.
    const anew = await load(cache, [
      answer([row(1, '', null, { gone: true }), row(1, 'again', '13:00:00', { gone: false })]),
    ]);
    expect(anew.rows).toEqual(['1,again', '3,z']);
    const full = await load(cache, [answer([row(1, 'again', '13:00:00')])], { force: true });
    expect(full.rows).toEqual(['1,again']);
    expect((await asked(cache)).at(-1)).toBe('data');
  });

  it('loads all rows once full_s has passed, as of when they were last loaded', async () => {
    const cache = await byTime({ full_s: 300 });
    await load(cache, [answer([row(1, 'x')])]);
    await load(cache, [answer([row(2, 'y', '10:00:01')])]);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 301_000);
    try {
      expect((await load(cache, [answer([row(2, 'y', '10:00:01')])])).rows).toEqual(['2,y']);
    } finally {
      vi.restoreAllMocks();
    }
    expect((await asked(cache)).map((path) => path.split('/')[0])).toEqual(['data', 'since', 'data']);
  });

  it('warns that it spares nothing where no row says when it changed, and loads all rows again', async () => {
    const cache = await byTime({ cursor: '/changed_at' });
    const { task } = await load(cache, [answer([row(1, 'x'), row(2, 'y')])]);
    expect(task).toMatchObject({
      state: 'SUCCESS',
      warnings: [expect.stringContaining('No row has a value at origin.changes.cursor (/changed_at)')],
    });
    expect((await load(cache, [answer([])])).task.warnings).toBeUndefined();
    expect(await asked(cache)).toEqual(['data', 'data']);
  });

  it('does not take a row from the future for a watermark', async () => {
    const cache = await byTime();
    const before = Date.now();
    await load(cache, [answer([row(1, 'x'), { id: 2, a: 'y', at: '2099-01-01T00:00:00Z' }])]);
    await load(cache, [answer([])]);
    const [, since = ''] = await asked(cache);
    const ms = Date.parse(since.slice('since/'.length));
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now());
  });

  it('complaint 21: compares times as instants and numbers as decimals, whatever they look like', async () => {
    const cache = await byTime();
    const offsets = ['2026-01-02T10:00:00+03:00', '2026-01-02T09:00:00Z', '/Date(1767340800000)/'];
    await load(cache, [answer(offsets.map((time, id) => ({ id, a: 'x', at: time })))]);
    await load(cache, [answer([])]);
    expect((await asked(cache))[1]).toBe('since/2026-01-02T09:00:00Z');
    const numbers = await byTime({ as: 'number', lag: 1, lag_s: undefined });
    await numbers.origin.answer({ body: '{"value":[{"id":1,"at":9},{"id":2,"at":"18446744073709551615"}]}' });
    await numbers.refresh();
    await numbers.refresh();
    expect((await asked(numbers))[1]).toBe('since/18446744073709551614');
  });

  it.each<[name: string, changes: object, origin: object, body: string]>([
    [
      'JSON, where a time is a text',
      { body: { q: { since: '{_since}' } }, lag_s: 0 },
      { method: 'POST', body: { q: {} } },
      `{"q":{"since":"${at('11:00:00')}"}}`,
    ],
    [
      'JSON, where seconds are a number',
      { body: { since: '{_since}' }, write: 'unix', lag_s: 1 },
      { method: 'POST', body: {} },
      `{"since":${Date.parse(at('10:59:59')) / 1000}}`,
    ],
    [
      'XML, escaped',
      { body: '<q>{_since}</q>', write: 'odata3', lag_s: 0 },
      { method: 'POST', body: '<q/>', headers: { 'Content-Type': 'text/xml' } },
      `<q>datetime&#39;${DAY}T11:00:00&#39;</q>`,
    ],
  ])('may ask in the body of a POST: %s', async (_name, changes, origin, body) => {
    const cache = await byTime({ url: undefined, ...changes }, origin);
    await load(cache, [answer([row(1, 'x', '11:00:00')])]);
    const { rows } = await load(cache, [answer([row(2, 'y', '12:00:00')])]);
    expect(rows).toEqual(['1,x', '2,y']);
    const [all, some] = await cache.origin.requests();
    expect([some?.method, some?.path, some?.body]).toEqual(['POST', all?.path, body]);
  });

  it('reads pages, and fails whole where one of them does: the watermark stays', async () => {
    const cache = await byTime({}, { pages: { next: '/next', total: '/n' } });
    await load(cache, [answer([row(1, 'x')], { n: 2, next: '?p=2' }), answer([row(2, 'y')], { n: 2 })]);
    const bad = await load(cache, [answer([row(3, 'z', '12:00:00')], { next: '?p=2' }), { status: 404, body: '' }]);
    expect(bad.task).toMatchObject(failed('origin-status'));
    expect(bad.rows).toEqual(['1,x', '2,y']);
    // A count of what changed is none of all rows.
    const good = await load(cache, [
      answer([row(3, 'z', '12:00:00')], { n: 9, next: '?p=2' }),
      answer([row(1, 'X', '12:00:01')]),
    ]);
    expect(good.rows).toEqual(['1,X', '2,y', '3,z']);
    const since = `since/${at('10:00:00')}`;
    expect(await asked(cache)).toEqual(['data', 'data?p=2', since, `${since}?p=2`, since, `${since}?p=2`]);
  });

  it('holds no more than the limit: with more changes all rows are loaded in the same attempt', async () => {
    const cache = await byTime();
    await load(cache, [answer([row(1, 'x')])]);
    const many = Array.from({ length: 100_001 }, (_row, id) => ({ id, a: 'm', at: at('12:00:00') }));
    const { task, loaded } = await load(cache, [answer(many), answer([row(1, 'all', '12:00:00')])]);
    expect([task.state, task.attempt, loaded?.rows]).toEqual(['SUCCESS', 1, 1]);
    expect((await asked(cache)).map((path) => path.split('/')[0])).toEqual(['data', 'since', 'data']);
  });

  it.each([
    ['force', async (cache: Refreshed) => load(cache, [answer([row(5, 'f')])], { force: true })],
    [
      'a soft purge',
      async (cache: Refreshed) => {
        await services.objects.purge({ key: cache.cache.key, soft: true });
        return load(cache, [answer([row(5, 'f')])]);
      },
    ],
    [
      'a purge',
      async (cache: Refreshed) => {
        await services.objects.purge({ key: cache.cache.key, soft: false });
        return load(cache, [answer([row(5, 'f')])]);
      },
    ],
    [
      'a body that is not there',
      async (cache: Refreshed) => {
        await load(cache, [answer([row(5, 'f', '10:30:00')])]);
        await env.BLOBS.delete((await cache.objects()).map((name) => `${cache.cache.key}/${name}`));
        return load(cache, [answer([row(6, 'g', '10:40:00')]), answer([row(5, 'f', '10:30:00')])]);
      },
    ],
  ])('loads all rows after %s', async (_name, act) => {
    const cache = await byTime();
    await load(cache, [answer([row(1, 'x')])]);
    const { rows } = await act(cache);
    expect(rows).toEqual(['5,f']);
    expect((await asked(cache)).at(-1)).toBe('data');
  });

  it('may be XML: marks are looked for as columns are', async () => {
    const table = { name: 't', rows: '/r/Item', columns: [{ name: 'id', at: '/@id' }, 'a'], key: ['id'] };
    const members = { format: 'xml' as const, tables: [table] };
    const cache = await byTime({ cursor: '/At', removed: { at: '/@gone', is: 'yes' } }, {}, members);
    const item = (id: number, a: string, time: string, more = '') =>
      `<Item id="${id}"${more}><a>${a}</a><At>${at(time)}</At></Item>`;
    const xml = (...items: string[]) => ({
      body: `<r>${items.join('')}</r>`,
      headers: { 'Content-Type': 'application/xml' },
    });
    await load(cache, [xml(item(1, 'x', '10:00:00'), item(2, 'y', '11:00:00'))]);
    const { rows } = await load(cache, [xml(item(1, '', '12:00:00', ' gone="yes"'), item(3, 'z', '12:00:00'))]);
    expect(rows).toEqual(['2,y', '3,z']);
    expect(await asked(cache)).toEqual(['data', `since/${at('11:00:00')}`]);
  });

  it('is judged by the guard as a whole', async () => {
    const cache = await byTime({ removed: { at: '/gone' } }, {}, { guard: { max_deleted: 0.5 } });
    await load(cache, [answer([row(1, 'x'), row(2, 'y'), row(3, 'z')])]);
    const { task, rows } = await load(cache, [answer([row(1, '', null, { gone: 1 }), row(2, '', null, { gone: 1 })])]);
    expect(task).toMatchObject(failed('origin-guard'));
    expect(rows).toEqual(['1,x', '2,y', '3,z']);
  });

  it('complaint 23: keeps cells byte for byte, digits and escapes, through any number of loads', async () => {
    const cache = await byTime();
    const cell =
      '{"value":[{"id":1,"a":12345678901234567890.10,"at":null},{"id":2,"a":"\\u0007é😀\\"]","at":"2026-01-02T10:00:00Z"}]}';
    await load(cache, [{ body: cell }]);
    const { body, loaded } = await load(cache, [answer([row(3, 'z', '12:00:00')])]);
    expect(body).toContain('[1,1,12345678901234567890.10],[2,2,"\\u0007é😀\\"]"],[3,3,"z"]');
    expect(loaded).toMatchObject({ rows: 3 });
  });
});

describe('a load of changes by a kept link', () => {
  const delta = (n: number) => ({ '@odata.deltaLink': `data?$deltatoken=${n}` });

  it('asks by the link of the last page of the load before, and takes the next from there', async () => {
    const cache = await byLink({}, { pages: { next: '/@odata.nextLink' } });
    await load(cache, [answer([row(1, 'x')], { '@odata.nextLink': '?$skiptoken=1' }), answer([row(2, 'y')], delta(1))]);
    const removed = { '@removed': { reason: 'deleted' }, id: 1 };
    const { rows } = await load(cache, [
      answer([removed, row(2, 'Y')], { '@odata.nextLink': '?$skiptoken=2' }),
      answer([row(3, 'z')], delta(2)),
    ]);
    expect(rows).toEqual(['2,Y', '3,z']);
    await load(cache, [answer([], delta(2))]);
    expect(await asked(cache)).toEqual([
      'data',
      'data?$skiptoken=1',
      'data?$deltatoken=1',
      'data?$skiptoken=2',
      'data?$deltatoken=2',
    ]);
  });

  it('finds the key of what was removed where that has it', async () => {
    const cache = await byLink({ removed: { at: '/reason', is: 'deleted', key: ['/gone'] } });
    await load(cache, [answer([row(1, 'x'), row(2, 'y')], delta(1))]);
    const { rows } = await load(cache, [
      answer(
        [
          { reason: 'deleted', gone: 2 },
          { reason: 'changed', id: 1, a: 'X' },
        ],
        delta(2),
      ),
    ]);
    expect(rows).toEqual(['1,X']);
  });

  it('fails, to be tried again, where a row of an earlier page was removed while all were read', async () => {
    const cache = await byLink({}, { pages: { next: '/@odata.nextLink' } });
    const removed = { '@removed': { reason: 'deleted' }, id: 1 };
    const { task } = await load(cache, [
      answer([row(1, 'x'), row(2, 'y')], { '@odata.nextLink': '?$skiptoken=1' }),
      answer([removed, row(3, 'z')], delta(1)),
    ]);
    expect(task).toMatchObject(failed('origin-pages'));
    const { rows } = await load(cache, [answer([removed, row(2, 'y'), row(3, 'z')], delta(1))]);
    expect(rows).toEqual(['2,y', '3,z']);
  });

  it('fails where a deletion has no key, and would leave its row with devices', async () => {
    const cache = await byLink();
    const nameless = { '@removed': { reason: 'deleted' }, '@id': 'Items(2)' };
    await load(cache, [answer([row(1, 'x'), row(2, 'y'), nameless], delta(1))]);
    const { task, rows } = await load(cache, [answer([nameless, row(1, 'X')], delta(2))]);
    expect([task, rows]).toEqual([expect.objectContaining(failed('origin-malformed')), ['1,x', '2,y']]);
    expect(JSON.stringify(task.error)).toContain('removed.key');
  });

  it.each([410, 400, 404])(
    'complaint 11: with %i for the link loads all rows in the same attempt, and drops what is gone',
    async (status) => {
      const cache = await byLink();
      await load(cache, [answer([row(1, 'x'), row(2, 'y')], delta(1))]);
      const gone: OriginAnswer = { status, headers: { Location: 'http://localhost/elsewhere' }, body: '' };
      const { rows, task } = await load(cache, [gone, answer([row(2, 'y')], delta(9))]);
      expect([rows, task.attempt]).toEqual([['2,y'], 1]);
      await load(cache, [answer([], delta(9))]);
      expect(await asked(cache)).toEqual(['data', 'data?$deltatoken=1', 'data', 'data?$deltatoken=9']);
    },
  );

  it.each([401, 403])('with %i for the link fails, and keeps it', async (status) => {
    const cache = await byLink();
    await load(cache, [answer([row(1, 'x')], delta(1))]);
    const { task } = await load(cache, [{ status, body: '' }]);
    expect(task.state).toBe('FAILURE');
    await load(cache, [answer([], delta(1))]);
    expect(await asked(cache)).toEqual(['data', 'data?$deltatoken=1', 'data?$deltatoken=1']);
  });

  it('without a link on the last page warns, and loads all rows the next time', async () => {
    const cache = await byLink();
    const { task } = await load(cache, [answer([row(1, 'x')])]);
    expect(task.warnings).toEqual([expect.stringContaining('no link at "/@odata.deltaLink"')]);
    await load(cache, [answer([row(1, 'x')], delta(1))]);
    expect(await asked(cache)).toEqual(['data', 'data']);
  });

  it('never takes a link to another host', async () => {
    const cache = await byLink();
    const { task } = await load(cache, [answer([row(1, 'x')], { '@odata.deltaLink': 'https://evil.example/x' })]);
    expect(task).toMatchObject(failed('origin-redirect'));
    expect(JSON.stringify(await d1Entries(env.DB).find(cache.cache.key))).not.toContain('deltatoken');
  });

  it('shows the link nowhere', async () => {
    const cache = await byLink();
    const { task } = await load(cache, [answer([row(1, 'x')], delta(77))]);
    const entry = await d1Entries(env.DB).find(cache.cache.key);
    expect(JSON.stringify([task, entry, await services.objects.tasks(cache.cache.key, 10)])).not.toContain(
      'deltatoken',
    );
  });
});
