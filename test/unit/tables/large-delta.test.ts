import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { apply, type Held, hashOfHeld, heldIn } from '../../support/deltas.ts';
import { History } from '../../support/histories.ts';
import { table } from '../../support/rows.ts';

interface Flight {
  delay: number;
  distance: number;
  time: number;
}
const ROWS = 100_000;
const flights = (
  JSON.parse(readFileSync('node_modules/vega-datasets/data/flights-200k.json', 'utf8')) as Flight[]
).slice(0, ROWS);
const textOf = (held: Held) => [...(held.get('flights') ?? [])].sort(([a], [b]) => a - b).join('\n');
const TABLES = [table('flights', '', 'delay', 'distance', 'time')];

it('a public table of 100,000 rows of which 1 % changes has a delta of at most 2 % of the table', async () => {
  expect(flights).toHaveLength(ROWS);
  const history = new History(50);
  await history.load(TABLES, JSON.stringify(flights));
  const before = heldIn(await history.body());
  const later = flights.map((flight, n) => (n % 100 === 0 ? { ...flight, delay: 1000 + flight.delay } : flight));
  await history.load(TABLES, JSON.stringify(later));

  const delta = await history.delta(1, 2);
  const text = delta?.text ?? '';
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(history.loaded.bytes * 0.02);
  const after = apply(before, text);
  expect(delta?.hash).toBe(hashOfHeld(after));
  expect(textOf(after) === textOf(heldIn(await history.body()))).toBe(true);
  expect(text.match(/\[\d+,/g)?.length).toBeGreaterThan(900);
}, 60_000);
