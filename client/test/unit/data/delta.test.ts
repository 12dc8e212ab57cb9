/** Invariants 3, 5, 16 and 21 of the client: a delta brings exactly its own start to exactly its end, whole or not at all. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Content, rowCount } from '../../../src/data/content.ts';
import { applyDelta } from '../../../src/data/delta.ts';
import { foldedChunks } from '../../../src/data/fold.ts';
import { hashOfRows } from '../../../src/data/hash.ts';
import { storedContent } from '../../../src/data/stored.ts';
import { tablesOf } from '../../../src/data/table.ts';
import { wholeTables } from '../../../src/data/whole-body.ts';
import type { Meta } from '../../../src/store/store.ts';
import { bodyText, deltaText, drawn, draws, type ModelTable, modelTables, objectsOf } from '../../support/tables.ts';

const objectsIn = (content: Content) =>
  content.tables.map(({ name }) => {
    const table = tablesOf(content, {}, null)[name];
    return new Map([...(table?.ids() ?? [])].map((id) => [id, table?.get(id)] as const));
  });
const sorted = <Value>(rows: ReadonlyMap<number, Value>) => [...rows].sort(([a], [b]) => a - b);
const expectSame = (content: Content, tables: readonly ModelTable[]) =>
  expect(objectsIn(content).map(sorted)).toEqual(tables.map(objectsOf).map(sorted));

function hashOf(tables: readonly ModelTable[]): string {
  const ids = tables.flatMap(({ rows }) => [...rows.keys()]).sort((a, b) => a - b);
  return createHash('sha256').update(ids.join(',')).digest('hex');
}

describe('a row of deltas', () => {
  it('holds what the model holds, whose hash is that of its row ids (3), also read again from the store and folded', async () => {
    await fc.assert(
      fc.asyncProperty(modelTables, fc.array(draws, { maxLength: 5 }), async (first, steps) => {
        const whole = wholeTables(bodyText(first));
        const meta = { contentType: null, tables: whole.tables } as unknown as Meta;
        const versions = [{ content: whole.content, model: first }];
        const entries: string[] = [];
        let nextId = 61;
        for (const draw of steps) {
          const last = versions.at(-1) as (typeof versions)[number];
          const step = drawn(last.model, draw, nextId);
          nextId = step.nextId;
          const text = deltaText(step.changes, draw.layout);
          const { content, inserted, deleted } = applyDelta(last.content, text);
          expect(inserted).toEqual(step.changes.flatMap(({ inserts }) => [...inserts.keys()]));
          expect(deleted).toEqual(step.changes.flatMap(({ deletes }) => deletes));
          versions.push({ content, model: step.after });
          entries.push(text);
        }
        for (const { content, model } of versions) {
          expectSame(content, model);
          expect(await hashOfRows(content)).toBe(hashOf(model));
          expect(rowCount(content)).toBe(model.reduce((sum, { rows }) => sum + rows.size, 0));
        }
        const { content, model } = versions.at(-1) as (typeof versions)[number];
        const reopened = storedContent({ meta, chunks: whole.chunks, entries });
        expectSame(reopened, model);
        const chunks = foldedChunks(content);
        expectSame(storedContent({ meta, chunks, entries: [] }), model);
        // Cells keep their own text, digits among it (22).
        const folded = chunks.map(({ data }) => data).join(',');
        for (const { rows } of model) for (const cells of rows.values()) expect(folded).toContain(cells);
      }),
    );
  });

  it('is applied to its own start only (5): twice, or with one left out, it is an integrity error', () => {
    fc.assert(
      fc.property(modelTables, draws, (first, draw) => {
        const { changes } = drawn(first, draw, 61);
        fc.pre(changes.some(({ inserts, deletes }) => inserts.size + deletes.length > 0));
        const text = deltaText(changes);
        const { content } = applyDelta(wholeTables(bodyText(first)).content, text);
        expectIntegrity(() => applyDelta(content, text));
      }),
    );
  });

  it('leaves the version before as it was, and rows that stay are the same objects', () => {
    fc.assert(
      fc.property(modelTables, draws, (first, draw) => {
        const { content } = wholeTables(bodyText(first));
        const before = tablesOf(content, {}, null);
        const rows = content.tables.map(({ name }) => before[name]?.toArray());
        const { changes, after } = drawn(first, draw, 61);
        const next = applyDelta(content, deltaText(changes)).content;
        const shown = tablesOf(next, {}, before);
        for (const [at, { name, rows: held }] of after.entries()) {
          for (const id of held.keys()) if (id < 61) expect(shown[name]?.get(id)).toBe(before[name]?.get(id));
          if (changes[at]?.inserts.size === 0 && changes[at].deletes.length === 0)
            expect(shown[name]).toBe(before[name]);
        }
        expectSame(content, first);
        expect(content.tables.map(({ name }) => before[name]?.toArray())).toEqual(rows);
      }),
    );
  });
});

describe('a delta', () => {
  const { content } = wholeTables(
    '[{"name":"t","columns":["a"],"data":[[1,2],[3,4]]},{"name":"u","columns":[],"data":[[5]]}]',
  );
  const other = '{"name":"u","insert_rows":[],"delete_ids":[]}';

  it.each([
    ['a deleted row that is not there', `[{"name":"t","insert_rows":[],"delete_ids":[2]},${other}]`],
    ['a row deleted twice', `[{"name":"t","insert_rows":[],"delete_ids":[1,1]},${other}]`],
    ['more deleted rows than there are', `[{"name":"t","insert_rows":[],"delete_ids":[1,2,3,4]},${other}]`],
    ['an inserted row that is there', `[{"name":"t","insert_rows":[[3,9]],"delete_ids":[]},${other}]`],
    ['an inserted row twice', `[{"name":"t","insert_rows":[[8,9],[8,9]],"delete_ids":[]},${other}]`],
    ['an id that is used again', `[{"name":"t","insert_rows":[[3,9]],"delete_ids":[3]},${other}]`],
    ['rows of other columns (16)', `[{"name":"t","insert_rows":[[8,9,9]],"delete_ids":[]},${other}]`],
    ['an unknown table', `[{"name":"v","insert_rows":[],"delete_ids":[]},${other}]`],
    ['a table too few', `[${other}]`],
    [
      'a table too many',
      `[{"name":"t","insert_rows":[],"delete_ids":[]},${other},{"name":"v","insert_rows":[],"delete_ids":[]}]`,
    ],
    ['a table twice', `[${other},${other}]`],
    ['ids that are texts', `[{"name":"t","insert_rows":[],"delete_ids":["1"]},${other}]`],
    ['no ids', `[{"name":"t","insert_rows":[]},${other}]`],
    ['a cell that is no JSON', `[{"name":"t","insert_rows":[[8,x]],"delete_ids":[]},${other}]`],
    ['the form of a whole body', '[{"name":"t","columns":["a"],"data":[]},{"name":"u","columns":[],"data":[]}]'],
  ])('with %s is an integrity error', (_what, text) => {
    expectIntegrity(() => applyDelta(content, text));
  });

  it('that changes nothing leaves all tables as they are', () => {
    const { content: next } = applyDelta(content, `[{"name":"t","insert_rows":[],"delete_ids":[]},${other}]`);
    expect(next.tables.map((table, at) => table === content.tables[at])).toEqual([true, true]);
  });

  it.each([
    ['looked at each time', true],
    ['looked at only in the end', false],
  ])(
    'after many others leaves few deleted rows in memory, and the rows stay the same objects: %s',
    (_when, isLookedAt) => {
      const body = `[{"name":"t","columns":["a"],"data":[[1,"stays"]]}]`;
      let version = wholeTables(body).content;
      let tables = tablesOf(version, {}, null);
      const stays = tables.t?.get(1);
      for (let turn = 0; turn < 40; turn += 1) {
        const ids = Array.from({ length: 1000 }, (_id, at) => 2 + turn * 1000 + at);
        const before = turn === 0 ? [] : ids.map((id) => id - 1000);
        const inserts = ids.map((id) => `[${id},${id}]`).join(',');
        version = applyDelta(
          version,
          `[{"name":"t","insert_rows":[${inserts}],"delete_ids":[${before.join(',')}]}]`,
        ).content;
        tables = tablesOf(version, {}, tables);
        if (isLookedAt) tables.t?.toArray();
      }
      const held = version.tables[0]?.segments.reduce((sum, { ids }) => sum + ids.length, 0);
      expect(held).toBeLessThan(12_002);
      expect([tables.t?.size, tables.t?.get(1)]).toEqual([1001, stays]);
      expect(tables.t?.get(1)).toBe(stays);
    },
  );
});

describe('folding', () => {
  it('joins the rows that are there into chunks of the usual size, with their own text', () => {
    const rows = Array.from({ length: 3000 }, (_row, at) => `[${at + 1} , 1.50]`).join(' ,\n');
    const { content } = wholeTables(`[{"name":"t","columns":["a"],"data":[${rows}]}]`);
    const deletes = Array.from({ length: 1500 }, (_id, at) => at * 2 + 1);
    const next = applyDelta(
      content,
      `[{"name":"t","insert_rows":[[4000,9007199254740993]],"delete_ids":[${deletes}]}]`,
    ).content;
    const chunks = foldedChunks(next);
    expect(chunks.length).toBe(1);
    expect(chunks[0]?.data).toBe(
      [...Array.from({ length: 1500 }, (_row, at) => `[${at * 2 + 2} , 1.50]`), '[4000,9007199254740993]'].join(','),
    );
  });
});

function expectIntegrity(run: () => unknown): void {
  expect(run).toThrow(expect.objectContaining({ name: 'FreshetError', code: 'integrity' }));
}
