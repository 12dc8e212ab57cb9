/** Each invariant of docs/client.md names its tests, and each test that names an invariant stands in its row. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const CLIENT = join(import.meta.dirname, '../..');
const COUNT = 27;

const [, section = ''] = readFileSync(join(CLIENT, '../docs/client.md'), 'utf8').split('\n## Invariants\n');
const rows = new Map(
  Array.from(section.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm), ([, number, tests = '']) => [
    Number(number),
    Array.from(tests.matchAll(/`([\w./-]+)`/g), ([, file = '']) => file),
  ]),
);

/** By invariant, the files that say that they test it: below `unit/`, or `browser/…`. */
const named = new Map<number, Set<string>>();
for (const path of globSync('test/{unit,browser}/**/*.test.ts', { cwd: CLIENT })) {
  const text = readFileSync(join(CLIENT, path), 'utf8');
  for (const [, numbers = ''] of text.matchAll(/invariants? (\d+(?:(?:, | and )\d+)*)/gi)) {
    for (const number of numbers.match(/\d+/g) ?? []) {
      const files = named.get(Number(number)) ?? new Set();
      named.set(Number(number), files.add(path.replace('test/unit/', '').replace('test/', '')));
    }
  }
}

it('has a row for each invariant', () => {
  expect([...rows.keys()]).toEqual(Array.from({ length: COUNT }, (_, at) => at + 1));
});

describe.each([...rows.keys()])('invariant %i', (number) => {
  it('names the tests that name it', () => {
    const files = rows.get(number) ?? [];
    expect(files.length).toBeGreaterThan(0);
    expect([...files].sort()).toEqual([...(named.get(number) ?? [])].sort());
  });
});
