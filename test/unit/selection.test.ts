import { expect, it } from 'vitest';
import { selectionOf } from '../../src/core/parameters.ts';
import type { Parameters } from '../../src/ports/entry.ts';

const SETS: Parameters[] = [
  { n: 1, of: { a: 'x', b: [1] } },
  { n: 2, of: null },
  { n: 3, of: { a: 'x', b: [1] } },
];

it.each<[Parameters, number[]]>([
  [{ of: { b: [1], a: 'x' } }, [1, 3]],
  [{ n: 1 }, [1]],
  [{ n: 1, of: { a: 'x', b: [1] } }, [1]],
  [{ n: 2, of: { a: 'x', b: [1] } }, []],
  [{ of: null }, [2]],
  [{ of: 'null' }, []],
  [{ of: { a: 'x' } }, []],
  [{ n: '1' }, []],
  [{ constructor: 1 }, []],
  [{}, [1, 2, 3]],
])('%j is contained in the sets with n of %j', (members, found) => {
  expect(SETS.filter(selectionOf(members)).map(({ n }) => n)).toEqual(found);
});
