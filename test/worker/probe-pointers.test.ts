/** Which member of a definition a fault of a probe is about (CONTRACT 4 "Probe"). */
import { describe, expect, it } from 'vitest';
import type { ProbeAnswer } from '../../src/contract/probe.ts';
import { follow } from '../../src/core/pointer.ts';
import type { Json } from '../../src/ports/entry.ts';
import { Client } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { type OriginAnswer, TestOrigin } from '../support/origin.ts';

type Members = { [name: string]: Json };

/** The pointers of a probe of a draft whose origin answers so. */
async function pointersOf(
  answer: OriginAnswer,
  { origin: asked = {}, ...more }: Members,
): Promise<ProbeAnswer['faults']> {
  const client = new Client({ user: unique('root'), scope: 'cache:admin' });
  const origin = new TestOrigin();
  await origin.answer(answer);
  const definition = { origin: { url: origin.url, ...(asked as Members) }, ...more };
  const probed = await client.post(`/resources/${unique('draft')}/probe/`, { definition });
  expect(probed.status).toBe(200);
  return (await probed.json<ProbeAnswer>()).faults;
}

const json = (body: unknown, more: OriginAnswer = {}): OriginAnswer => ({
  ...more,
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...more.headers },
});
const other = { name: 'other', rows: '/other', columns: ['x'], missing: 'empty' };
const tables = (more: Members = {}): Members => ({
  tables: [other, { name: 't', rows: '/items', columns: ['id', { name: 'n', as: 'number' }], ...more }],
});
const rows = (...items: Members[]) => json({ items });

describe('a fault of a probe points to', () => {
  it.each<[string, string, OriginAnswer, Members]>([
    ['the rows of a table that is not there', '/tables/1/rows', json({ data: [] }), tables()],
    ['the table of a row without any of its columns', '/tables/1', rows({ x: 1 }), tables()],
    ['the column of a cell that does not fit', '/tables/1/columns/1', rows({ id: 1, n: 'x' }), tables()],
    [
      'the column that is required, and that no row has',
      '/tables/1/columns/0',
      rows({ n: 1 }),
      tables({ columns: [{ name: 'id', required: true }, 'n'] }),
    ],
    ['the key that names no row', '/tables/1/key', rows({ id: 1, n: 1 }, { id: 1, n: 2 }), tables({ key: ['id'] })],
    ['the least number of rows', '/guard/min_rows', rows({ id: 1, n: 1 }), { ...tables(), guard: { min_rows: 5 } }],
    [
      'the second expectation',
      '/origin/expect/1',
      json({ status: 'bad', items: [] }),
      {
        ...tables(),
        origin: {
          expect: [
            { at: 'Content-Type', is: 'application/json' },
            { at: '/status', is: 'ok' },
          ],
        },
      },
    ],
    ['what takes errors in an answer', '/origin/partial', json({ errors: ['x'], items: [] }), tables()],
    [
      'what would read further pages',
      '/origin/pages',
      json({ items: [], '@odata.nextLink': 'http://x/?p=2' }),
      tables(),
    ],
    [
      'the count that the answer lacks',
      '/origin/pages/total',
      rows({ id: 1, n: 1 }),
      {
        tables: [{ name: 't', rows: '/items', columns: ['id'] }],
        origin: { pages: { offset: 'skip', total: '/count' } },
      },
    ],
    ['the content type', '/content_type', json([], { headers: { 'Content-Type': 'text/html' } }), tables()],
    [
      'the format of what is no JSON',
      '/format',
      { body: '{', headers: { 'Content-Type': 'application/json' } },
      tables(),
    ],
    ['the limit of bytes', '/origin/max_bytes', rows({ id: 1, n: 1 }), { ...tables(), origin: { max_bytes: 5 } }],
    ['the URL of what answers with an error', '/origin/url', { status: 500 }, tables()],
    ['the credentials that are not taken', '/origin/headers', { status: 401 }, tables()],
    ['redirects', '/origin/redirects', { status: 302, headers: { Location: 'https://elsewhere.example/' } }, tables()],
  ])('%s: %s', async (_what, pointer, answer, members) => {
    const faults = await pointersOf(answer, members);
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it('the cell of XML, and the rows of it', async () => {
    const xml = (body: string): OriginAnswer => ({ body, headers: { 'Content-Type': 'text/xml' } });
    const members = { format: 'xml', tables: [{ name: 't', rows: '/l/r', columns: ['id'] }] };
    const [twice] = await pointersOf(xml('<l><r><id>1</id><id>2</id></r></l>'), members);
    expect(twice?.pointer).toBe('/tables/0/columns/0');
    const [none] = await pointersOf(xml('<Error/>'), members);
    expect([none?.pointer, follow(members, none?.pointer ?? '')]).toEqual(['/tables/0/rows', '/l/r']);
  });

  it('the secret that is not set', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition names a secret
    const origin = { headers: { Authorization: '${ORIGIN_NOT_SET}' } };
    const faults = await pointersOf(rows(), { ...tables(), origin });
    expect(faults).toEqual([
      expect.objectContaining({ type: '/docs/problems#misconfigured', pointer: '/origin/headers' }),
    ]);
  });
});
