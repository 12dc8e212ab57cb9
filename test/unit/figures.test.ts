import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIGURES } from '../../src/metrics.ts';

const rows = readFileSync('docs/operations.md', 'utf8').split('\n');

it.each(Object.entries(FIGURES))('docs/operations.md names the columns of %s in their order', (figure, columns) => {
  const row = rows.find((line) => line.startsWith(`| \`${figure}\` |`)) ?? '';
  const cells = row.split('|').map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(cells.slice(1, 4)).toEqual([[figure], [...columns.labels], [...columns.values]]);
});
