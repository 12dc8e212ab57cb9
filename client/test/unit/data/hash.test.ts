/** The hash of a copy (invariant 3), by the platform and, where it has none, by our own. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashOfRows } from '../../../src/data/hash.ts';
import { sha256, sha256InScript } from '../../../src/data/sha256.ts';
import { wholeTables } from '../../../src/data/whole-body.ts';

const expected = (text: string) => createHash('sha256').update(text).digest('hex');

afterEach(() => vi.unstubAllGlobals());

describe('SHA-256', () => {
  it('is that of Node.js for any text of ASCII characters, by the platform and by us', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary-ascii', maxLength: 200 }), async (text) => {
        expect([await sha256(text), sha256InScript(text)]).toEqual([expected(text), expected(text)]);
      }),
    );
  });

  it('is right for each length around the edges of a block', () => {
    for (let length = 0; length < 200; length += 1) {
      const text = 'a'.repeat(length);
      expect(sha256InScript(text)).toBe(expected(text));
    }
  });
});

describe('the hash of row ids', () => {
  const body = (ids: readonly (readonly number[])[]) =>
    JSON.stringify(ids.map((own, at) => ({ name: `t${at}`, columns: [], data: own.map((id) => [id]) })));

  it.each([
    ['no rows', [[]]],
    ['one row', [[7]]],
    ['rows out of order', [[30, 4, 200]]],
    ['several tables, ids ascending over all of them', [[1, 30], [], [4, 200]]],
    ['100,000 rows', [Array.from({ length: 100_000 }, (_id, at) => at * 7 + 1)]],
  ])('of %s is of the ids ascending, joined by commas', async (_what, ids) => {
    const { content } = wholeTables(body(ids));
    const text = ids
      .flat()
      .toSorted((a, b) => a - b)
      .join(',');
    expect(await hashOfRows(content)).toBe(expected(text));
    // As in a page loaded by http, or in React Native.
    vi.stubGlobal('crypto', undefined);
    expect(await hashOfRows(content)).toBe(expected(text));
  });
});
