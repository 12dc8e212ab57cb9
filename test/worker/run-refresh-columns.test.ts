import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Column } from '../../src/contract/column.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Refreshed, services } from '../support/refreshes.ts';

const tableOf = (...columns: Column[]) => ({ tables: [{ name: 't', rows: '/items', columns }] });
const TABLE = tableOf('id', 'nome');
const GONE = 'Table "t", column "nome": no row has the member nome; there are id, name.';

/** So many rows with these members besides their id. */
const rows = (count: number, more: object = {}) => ({
  items: Array.from({ length: count }, (_row, id) => ({ id, ...more })),
});

/** Loads an answer; the task and the entry after it. */
async function load(cache: Refreshed, answer: object, options: Parameters<Refreshed['refresh']>[0] = {}) {
  await cache.origin.answerJson(answer);
  return await cache.refresh(options);
}

/** The lines of the log about a cache while something is done. */
async function logged(cache: Refreshed, event: string, work: () => Promise<unknown>): Promise<string[]> {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  await work();
  const lines = warned.mock.calls.map(([line]) => String(line));
  warned.mockRestore();
  return lines.filter((line) => line.includes(event) && line.includes(cache.cache.key));
}

describe('a table without rows, where other things stand', () => {
  const EMPTY = { tables: [{ name: 't', rows: '/items', columns: ['id'], missing: 'empty' as const }] };
  const NOTHING =
    'Table "t": there is no array at "/items" in the origin\'s answer; there are data, status at its root.';

  it('leaves a warning that names them, with the cache and the task, until it has rows', async () => {
    const cache = await Refreshed.define(EMPTY);
    const { task, entry } = await load(cache, { data: [{ id: 1 }], status: 'ok' });
    expect(task).toMatchObject({ state: 'SUCCESS', warnings: [NOTHING] });
    expect(entry?.loaded).toMatchObject({ rows: 0, warnings: [NOTHING] });
    expect((await load(cache, { items: [{ id: 1 }] })).task).not.toHaveProperty('warnings');
    expect((await load(cache, { items: [] })).task).not.toHaveProperty('warnings');
    expect((await load(cache, {})).task).not.toHaveProperty('warnings');
  });

  it('is warned of in the log once, whatever stands there', async () => {
    const cache = await Refreshed.define(EMPTY);
    const lines = await logged(cache, 'refresh.warned', async () => {
      for (const name of ['data', 'data', 'value']) await load(cache, { [name]: [] });
    });
    expect(lines).toHaveLength(1);
  });

  it('is none where a page has rows: the last one is often empty', async () => {
    const cache = await Refreshed.define({
      tables: EMPTY.tables,
      origin: { pages: { offset: 'skip' } },
    });
    const last = { body: JSON.stringify({ data: [] }), headers: { 'Content-Type': 'application/json' } };
    await cache.origin.answerJson({ items: [{ id: 1 }] }, { next: last });
    const { task, entry } = await cache.refresh();
    expect([task.state, entry?.loaded?.rows, entry?.loaded?.warnings]).toEqual(['SUCCESS', 1, undefined]);
  });

  it('fails where it may not be missing, and tells everybody but administrators nothing of them', async () => {
    const cache = await Refreshed.define(tableOf('id'));
    const { task } = await load(cache, { data: [], status: 'ok' });
    expect(task.error).toMatchObject({
      detail: 'Table "t": there is no array at "/items" in the origin\'s answer.',
      admin_detail: NOTHING,
    });
  });
});

describe('a declared column that no row has', () => {
  it('leaves a warning with the cache, in D1 and with the task, until rows have it', async () => {
    const cache = await Refreshed.define(TABLE);
    const { task, entry } = await load(cache, rows(1, { name: 'x' }));
    expect(task).toMatchObject({ state: 'SUCCESS', version: 1, warnings: [GONE] });
    expect(entry?.loaded?.warnings).toEqual([GONE]);
    expect((await d1Entries(env.DB).find(cache.cache.key))?.loaded?.warnings).toEqual([GONE]);
    expect(entry && (await cache.body(entry))).toBe('[{"name":"t","columns":["id","nome"],"data":[[1,0,null]]}]');
    const next = await load(cache, rows(1, { nome: 'x' }));
    expect(next.task).not.toHaveProperty('warnings');
    expect(next.entry?.loaded).not.toHaveProperty('warnings');
  });

  it('is logged once a cache and definition', async () => {
    const cache = await Refreshed.define(TABLE);
    const lines = await logged(cache, 'refresh.warned', async () => {
      for (const name of ['x', 'x', 'y']) await load(cache, rows(1, { name }));
      // Other members beside it are no other warning.
      await load(cache, rows(1, { title: 'y' }));
    });
    expect(lines).toEqual([expect.stringContaining(JSON.stringify(GONE).slice(1, -1))]);
    await cache.redefine(TABLE);
    expect(await logged(cache, 'refresh.warned', () => load(cache, rows(1, { name: 'x' })))).toHaveLength(1);
  });

  it.each([
    ['of an answer', {}],
    ['of a page', { pages: { next: '/next' } }],
    ['of a load of changes', { changes: { link: '/delta' } }],
  ])('tells nobody what the origin was sent, whatever members it has: %s', async (_what, members) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    const origin = { headers: { Authorization: 'Bearer ${ORIGIN_TEST_KEY}' }, ...members };
    const table = { name: 't', rows: '/items', columns: ['id', 'nome'], key: ['id'] };
    const cache = await Refreshed.define({ tables: [table], origin });
    const echoed = `Bearer ${env.ORIGIN_TEST_KEY.toUpperCase()}`;
    const lines = await logged(cache, 'refresh.warned', async () => {
      const { task, entry } = await load(cache, rows(1, { [echoed]: 'x' }));
      const warning = GONE.replace('name.', 'Bearer ***.');
      expect(task.warnings).toContain(warning);
      expect(entry?.loaded?.warnings).toContain(warning);
    });
    expect(lines).toEqual([expect.stringContaining('Bearer ***')]);
    expect(lines.join('').toLowerCase()).not.toContain(env.ORIGIN_TEST_KEY.toLowerCase());
  });

  it('ends the task where it is required, and what was held stands', async () => {
    const cache = await Refreshed.define(tableOf('id', { name: 'nome', required: true }));
    await load(cache, rows(1, { nome: 'x' }));
    const { task, entry } = await load(cache, rows(2, { name: 'x' }), { enqueue: { force: true } });
    expect(task).toMatchObject({
      state: 'FAILURE',
      error: {
        type: '/docs/problems#origin-malformed',
        detail: expect.stringMatching(/which the definition requires\.$/),
        admin_detail: expect.stringMatching(/which the definition requires; there are id, name\.$/),
      },
    });
    expect(entry?.loaded).toMatchObject({ version: 1, rows: 1 });
    expect(await cache.objects()).toEqual([expect.stringMatching(/^[0-9]+\/body$/)]);
  });
});

describe('a column that is required by now', () => {
  it('is looked for in what an origin calls unchanged, too', async () => {
    const cache = await Refreshed.define(TABLE);
    const body = JSON.stringify(rows(1, { name: 'x' }));
    const conditions = async () => (await cache.origin.requests()).at(-1)?.headers['if-none-match'];
    await cache.origin.answer({ body, headers: { ETag: '"1"', 'Content-Type': 'application/json' } });
    await cache.refresh();
    await cache.refresh();
    expect(await conditions()).toBe('"1"');
    await cache.redefine(tableOf('id', { name: 'nome', required: true }), false);
    expect((await cache.refresh()).task.state).toBe('FAILURE');
    expect(await conditions()).toBeUndefined();
    await cache.redefine(tableOf({ name: 'id', required: true }, 'nome'), false);
    expect((await cache.refresh()).task.state).toBe('SUCCESS');
    expect(await conditions()).toBe('"1"');
  });
});

describe('a column that the version before had values in', () => {
  it('ends the task when no row has it any more, and what was held stands', async () => {
    const cache = await Refreshed.define(TABLE);
    await load(cache, rows(20, { nome: 'x' }));
    const { task, entry } = await load(cache, rows(20, { name: 'x' }));
    expect(task).toMatchObject({ state: 'FAILURE', error: { type: '/docs/problems#origin-malformed' } });
    expect(entry?.loaded).toMatchObject({ version: 1, rows: 20 });
    expect((await load(cache, rows(20, { nome: 'y' }))).task.state).toBe('SUCCESS');
  });

  it('is compared with the last version alone, though loads between changed no row', async () => {
    const cache = await Refreshed.define(TABLE);
    await load(cache, rows(20, { nome: 'x' }));
    expect((await load(cache, rows(20, { nome: 'x' }))).entry?.loaded).toMatchObject({ version: 2, changed: 1 });
    await cache.origin.answer({ status: 304 });
    expect((await load(cache, rows(20, { name: 'x' }))).task.state).toBe('FAILURE');
    const few = await load(cache, rows(19, { name: 'x' }));
    expect(few.task).toMatchObject({ state: 'SUCCESS', warnings: [GONE] });
    expect((await load(cache, rows(20, { name: 'x' }))).task.state).toBe('SUCCESS');
  });

  it('is known over a 304, which brings no rows', async () => {
    const cache = await Refreshed.define(TABLE);
    const body = JSON.stringify(rows(20, { nome: 'x' }));
    await cache.origin.answer({ body, headers: { ETag: '"1"', 'Content-Type': 'application/json' } });
    await cache.refresh();
    await cache.origin.answer({ status: 304 });
    expect((await cache.refresh()).entry?.loaded).toMatchObject({ version: 2, changed: 1 });
    expect((await load(cache, rows(20, { name: 'x' }))).task.state).toBe('FAILURE');
  });

  it('is given up by a forced load, from then on', async () => {
    const cache = await Refreshed.define(TABLE);
    await load(cache, rows(20, { nome: 'x' }));
    expect((await load(cache, rows(20, { name: 'x' }), { enqueue: { force: true } })).task).toMatchObject({
      state: 'SUCCESS',
      warnings: [GONE],
    });
    expect((await load(cache, rows(20, { name: 'y' }))).task.state).toBe('SUCCESS');
  });

  it('may go once the definition calls it optional, which expires nothing and gives no row another id', async () => {
    const cache = await Refreshed.define(TABLE);
    await load(cache, rows(20, { nome: 'x' }));
    expect((await load(cache, rows(20, { name: 'x' }))).task.state).toBe('FAILURE');
    await cache.redefine(tableOf('id', { name: 'nome', optional: true }), false);
    expect((await load(cache, rows(20, { nome: 'x' }))).entry?.loaded).toMatchObject({ version: 2, changed: 1 });
    const { task, entry } = await load(cache, rows(20, { name: 'x' }));
    expect(task).toMatchObject({ state: 'SUCCESS', version: 3, warnings: [GONE] });
    expect(entry && (await cache.body(entry))).toMatch(
      /^\[\{"name":"t","columns":\["id","nome"\],"data":\[\[21,0,null\],/,
    );
  });

  it.each<[string, (cache: Refreshed) => Promise<unknown>]>([
    ['another table shape', (cache) => cache.redefine(tableOf('id', 'nome', 'other'))],
    ['a purge', ({ cache: { key } }) => services.objects.purge({ key, soft: false })],
  ])('is not known after %s', async (_what, change) => {
    const cache = await Refreshed.define(TABLE);
    await load(cache, rows(20, { nome: 'x' }));
    await change(cache);
    const { task } = await load(cache, rows(20, { name: 'x' }));
    expect([task.state, task.warnings?.[0]]).toEqual(['SUCCESS', GONE]);
  });

  it('is not known of what an earlier release loaded, nor after one has loaded again', async () => {
    const cache = await Refreshed.define(TABLE);
    const earlier: Partial<typeof services> = {
      objects: {
        ...services.objects,
        claim: (request) => services.objects.claim(request),
        fail: (request) => services.objects.fail(request),
        commit: ({ columns: _, ...request }) => services.objects.commit(request),
      },
    };
    await load(cache, rows(20, { nome: 'x' }), earlier);
    expect((await load(cache, rows(20, { name: 'x' }))).task).toMatchObject({ state: 'SUCCESS', warnings: [GONE] });
    await load(cache, rows(20, { nome: 'z' }));
    // It changed the rows and told nothing of columns: what was known is of another body.
    await load(cache, rows(20, { nome: 'y' }), earlier);
    expect((await load(cache, rows(20, { name: 'x' }))).task.state).toBe('SUCCESS');
  });
});
