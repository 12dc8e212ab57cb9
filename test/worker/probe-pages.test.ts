/** What a probe shows of an answer in pages (CONTRACT 4 "Probe"). */

import { beforeEach, describe, expect, it } from 'vitest';
import type { ProbeAnswer } from '../../src/contract/probe.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { type OriginAnswer, TestOrigin } from '../support/origin.ts';

const TABLE = { name: 't', rows: '/value', columns: ['id'], key: ['id'] };
const page = (ids: number[], next?: string): OriginAnswer => ({
  body: JSON.stringify({ value: ids.map((id) => ({ id })), ...(next === undefined ? {} : { next }) }),
});

// The limit of probes is a user's: each test has one of its own.
let own: Client;
beforeEach(() => {
  own = new Client({ user: unique('root'), scope: 'cache:admin' });
});

/** Probes a draft over an origin that gives these answers in turn. */
async function probed(answers: OriginAnswer[], origin: object | ((url: string) => object) = {}, more: object = {}) {
  const at = new TestOrigin();
  const members = typeof origin === 'function' ? origin(at.url) : origin;
  await at.answer(answers.reduceRight((next, answer) => ({ ...answer, next })));
  const definition = { origin: { url: `${at.url}/p`, pages: { next: '/next' }, ...members }, tables: [TABLE], ...more };
  const answer = await own.post(`/resources/${unique('draft')}/probe/`, { definition });
  expect(answer.status).toBe(200);
  return { url: `${at.url}/p`, origin: at, told: await answer.json<ProbeAnswer>() };
}

describe('a probe of pages', () => {
  it('shows each as it was asked for and came, and where it leads', async () => {
    const { told, url } = await probed([page([1, 2], '?p=2'), page([3])]);
    const shown = (search: string, bytes: number, rows: number, next: string | null) => ({
      method: 'GET',
      url: `${url}${search}`,
      body: null,
      status: 200,
      bytes,
      rows,
      next,
    });
    expect(told).toMatchObject({ rows: 3, cut: false, faults: [], warnings: [] });
    expect(told.pages).toEqual([shown('', 43, 2, `${url}?p=2`), shown('?p=2', 20, 1, null)]);
    expect(told.tables[0]?.data).toEqual([[1], [2], [3]]);
    expect(told.bytes).toBe(63);
  });

  it('asks for three at most, and says that there are more', async () => {
    const { told, origin } = await probed([page([1], '?p=2'), page([2], '?p=3'), page([3], '?p=4')]);
    expect(told).toMatchObject({ rows: 3, cut: true, faults: [] });
    expect(told.pages?.map(({ next }) => next?.slice(-4))).toEqual(['?p=2', '?p=3', '?p=4']);
    expect(await origin.requests()).toHaveLength(3);
  });

  it('asks for none again, and shows the status that it came with', async () => {
    const busy = { status: 503, headers: { 'Retry-After': '0' }, body: 'busy' };
    const { told, origin } = await probed([page([1], '?p=2'), busy]);
    expect(told.pages?.map(({ status, rows }) => [status, rows])).toEqual([
      [200, 1],
      [503, null],
    ]);
    expect(told.faults).toEqual([expect.objectContaining({ type: '/docs/problems#origin-status' })]);
    expect(await origin.requests()).toHaveLength(2);
  });

  it('says of a fault of a later page on which it was, and which member it is about', async () => {
    const { told } = await probed([page([1], '?p=2'), { headers: { 'Content-Type': 'text/html' }, body: '<p>' }]);
    expect(told.faults).toEqual([
      expect.objectContaining({
        detail: expect.stringMatching(/^Page 2: The origin's content type/),
        pointer: '/content_type',
      }),
    ]);
  });

  it('shows what a link leads to that is not followed, and rows that moved', async () => {
    const { told } = await probed([page([1], 'https://evil.example/x')]);
    expect(told.faults).toEqual([
      expect.objectContaining({
        type: '/docs/problems#origin-redirect',
        detail: expect.stringContaining('evil.example'),
      }),
    ]);
    expect(told.pages).toEqual([expect.objectContaining({ rows: null, next: null })]);
    const moved = await probed([page([1, 2], '?p=2'), page([2])]);
    expect(moved.told.faults).toEqual([expect.objectContaining({ type: '/docs/problems#origin-pages' })]);
  });

  it('hides secrets wherever the origin repeats them, and shows the body that pages are set in', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    const headers = { 'X-Key': '${ORIGIN_TEST_KEY}' };
    const { told } = await probed([page([1], '?key=K3y-Of-The-Origin&p=2'), page([2])], { headers });
    expect(told.pages?.map(({ url }) => url.split('/p')[1])).toEqual(['', '?key=***&p=2']);
    expect(JSON.stringify(told)).not.toMatch(/K3y/i);
    const post = await probed([page([1]), page([])], {
      method: 'POST',
      pages: { page: '/n', total: '/t', drift: 'keep' },
    });
    expect(post.told.pages?.map(({ method, body }) => `${method} ${body}`)).toEqual(['POST {"n":1}']);
    expect(post.told.faults).toEqual([expect.objectContaining({ type: '/docs/problems#origin-malformed' })]);
  });

  it('leaves deletions out as a load of all rows does, and warns where no row says when it changed', async () => {
    const rows = (more: object) => [
      {
        body: JSON.stringify({
          value: [
            { id: 1, ...more },
            { id: 2, gone: true },
          ],
        }),
      },
    ];
    const of = async (more: object, pages?: object) => {
      const changes = { cursor: '/at', removed: { at: '/gone', is: true } };
      const origin = (url: string) => ({ pages, changes: { ...changes, url: `${url}/since/{_since}` } });
      return (await probed(rows(more), origin)).told;
    };
    for (const pages of [undefined, { next: '/next' }]) {
      const bare = await of({}, pages);
      expect(bare).toMatchObject({ rows: 1, faults: [], tables: [{ data: [[1]] }] });
      expect(bare.warnings).toContainEqual(expect.stringContaining('origin.changes.cursor (/at)'));
      const marked = await of({ at: '2026-01-02T03:04:05Z' }, pages);
      expect(marked).toMatchObject({ rows: 1, faults: [], warnings: [] });
      const odd = await of({ at: 'yesterday' }, pages);
      expect(odd.faults).toEqual([expect.objectContaining({ type: '/docs/problems#origin-malformed' })]);
    }
  });

  it('warns of what pages leave unseen; of an answer without pages it has none', async () => {
    const { key: _key, ...table } = TABLE;
    const { told } = await probed([page([1])], {}, { tables: [table] });
    expect(told.warnings).toEqual([expect.stringContaining('tables[].key and origin.pages.total')]);
    const whole = await probed([page([1])], { pages: undefined });
    expect(whole.told).not.toHaveProperty('pages');
  });
});
