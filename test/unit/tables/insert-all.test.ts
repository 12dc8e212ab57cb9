import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertAll } from '../../../src/tables/insert-all.ts';

type Table = { name: string; columns: string[]; data: unknown[][] };

/** Rewrites a body that comes in pieces of so many bytes. */
async function rewritten(body: string, size: number): Promise<string> {
  const bytes = new TextEncoder().encode(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_piece, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  const rewrittenPieces: Uint8Array[] = [];
  for await (const piece of insertAll(pieces)) rewrittenPieces.push(piece);
  return Buffer.concat(rewrittenPieces).toString();
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('","columns":["x"],"data":[', '"data":[', ']}', '\\', '"', '[[', 'ü€😀'),
);
const cell = fc.oneof(text, fc.integer(), fc.constantFrom(null, [], [[']'], { '[': '}' }]));
const lists = { minLength: 1, maxLength: 5 };
const tables: fc.Arbitrary<Table[]> = fc.array(
  fc.record({ name: text, columns: fc.array(text, lists), data: fc.array(fc.array(cell, lists), { maxLength: 5 }) }),
  lists,
);

describe('a table as inserts', () => {
  it('has every row as it is, whatever is in names and cells and wherever pieces end', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 40 }), async (body, size) => {
        const inserts = body.map(({ name, data }) => ({ name, insert_rows: data, delete_ids: [] }));
        expect(await rewritten(JSON.stringify(body), size)).toBe(JSON.stringify(inserts));
      }),
    );
  });

  it('keeps digits', async () => {
    expect(await rewritten('[{"name":"t","columns":["a"],"data":[[1,1.0],[2,-0]]}]', 7)).toBe(
      '[{"name":"t","insert_rows":[[1,1.0],[2,-0]],"delete_ids":[]}]',
    );
  });

  it('of a body that breaks off breaks off too', async () => {
    const whole = '[{"name":"t","columns":["a"],"data":[[1,"x"]]}]';
    for (let end = 1; end < whole.length; end += 1) {
      await expect(rewritten(whole.slice(0, end), 100)).rejects.toThrow('breaks off');
    }
  });
});
