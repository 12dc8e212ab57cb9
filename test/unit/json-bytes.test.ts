import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { jsonBytes } from '../../src/core/json-bytes.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that a value takes after `JSON.parse`, the mean of some. */
function measured(make: (n: number) => unknown): number {
  const COUNT = 50;
  const texts = Array.from({ length: COUNT }, (_text, n) => JSON.stringify(make(n)));
  const kept: unknown[] = [];
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (const text of texts) kept.push(JSON.parse(text));
  collectGarbage();
  return (process.memoryUsage().heapUsed - before) / kept.length;
}

const items = <Item>(count: number, item: (n: number) => Item) => Array.from({ length: count }, (_item, n) => item(n));

it.each<[string, (n: number) => unknown]>([
  ['a string', (n) => ['x'.repeat(60_000) + n]],
  ['a string beyond Latin-1', (n) => ['ж'.repeat(30_000) + n]],
  ['strings', (n) => items(6000, (at) => `${n}-${at}`)],
  ['integers', (n) => items(12_000, (at) => at + n)],
  ['fractions', (n) => items(8000, (at) => at + n + 0.25)],
  ['objects of the same names', (n) => items(3000, (at) => ({ a: at, b: `${n}` }))],
  ['objects that all have other names', (n) => items(4000, (at) => ({ [`k${at}_${n}`]: at }))],
  ['nested arrays', (n) => items(12_000, () => [[n]])],
])('%s: no less than it takes of memory, and not much more than twice that', (_name, make) => {
  const guess = jsonBytes(make(49));
  const bytes = measured(make);
  expect(guess).toBeGreaterThan(0.8 * bytes);
  expect(guess).toBeLessThan(2.5 * bytes);
});

it('what has no parts takes its place alone', () => {
  for (const value of [null, true, undefined]) expect(jsonBytes(value)).toBe(8);
});
