/** Invariant 4 (DESIGN): whatever happens to tables, a delta brings a device from one version exactly to another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deltaBody } from '../../src/tables/delta-body.ts';
import { decodeDelta } from '../../src/tables/delta-format.ts';
import { type Delta, foldDeltas } from '../../src/tables/fold.ts';
import { apply, type Held, hashOfHeld, heldIn, sorted } from '../support/deltas.ts';
import { History } from '../support/histories.ts';
import { table } from '../support/rows.ts';

/** A number from 0 up to `below`. */
type Chance = (below: number) => number;

const CELLS = [
  'null',
  'true',
  '1',
  '1.0',
  '1e2',
  '-0',
  '9007199254740993',
  '"ü€😀\\u2028"',
  '"[{\\"]}\\\\"',
  '""',
  '"\\n@0"',
];
const NESTED = ['{"b":[1.50],"a":null}', '[]', `"${'wide '.repeat(60)}"`];

function cellOf(chance: Chance): string {
  const cells = chance(20) === 0 ? NESTED : CELLS;
  return chance(3) === 0 ? `${chance(5)}` : (cells[chance(cells.length)] ?? 'null');
}

const rowOf = (width: number, chance: Chance) => Array.from({ length: width }, () => cellOf(chance)).join(',');

/** What becomes of the rows of a table in one load. */
function changed(rows: readonly string[], width: number, most: number, chance: Chance): string[] {
  const kind = chance(10);
  if (kind === 0) return [];
  if (kind === 1) return Array.from({ length: chance(most + 1) }, () => rowOf(width, chance));
  if (kind === 2) return [...rows];
  if (kind === 3) return [...rows].reverse();
  const share = [0.01, 0.1, 0.5][chance(3)] ?? 0;
  const isHit = () => chance(1000) < share * 1000;
  const kept = rows.flatMap((row) => {
    if (!isHit()) return [row];
    return [[], [row, row], [rowOf(width, chance)]][chance(3)] ?? [];
  });
  const added = Array.from({ length: chance(Math.ceil(most * share) + 1) }, () => rowOf(width, chance));
  return [...added, ...kept].slice(0, most);
}

const histories = fc.record({
  versions: fc.integer({ min: 1, max: 30 }),
  most: fc.oneof(
    { weight: 1, arbitrary: fc.constant(2000) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 3) },
    { weight: 6, arbitrary: fc.nat(60) },
  ),
  widths: fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(40)), { minLength: 1, maxLength: 3 }),
  retain: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(50)),
  chances: fc.infiniteStream(fc.nat()),
});
type Made = typeof histories extends fc.Arbitrary<infer T> ? T : never;

/** Loads a history; calls `look` now and then, with what each version held. */
async function live(
  { versions, most, widths, retain, chances }: Made,
  look: (history: History, held: readonly Held[], chance: Chance) => Promise<void>,
): Promise<void> {
  const chance: Chance = (below) => (chances.next().value ?? 0) % below;
  const history = new History(retain);
  const held: Held[] = [new Map()];
  const rows = widths.map((): string[] => []);
  let shape = 0;
  for (let version = 1; version <= versions; version += 1) {
    if (chance(25) === 0) shape += 1;
    const tables = widths.map((width, index) =>
      table(`t"${index}ü`, `/${index}`, ...Array.from({ length: width }, (_column, at) => `c${shape}${at}`)),
    );
    for (const [index, width] of widths.entries()) rows[index] = changed(rows[index] ?? [], width, most, chance);
    const answer = `[${rows.map((ofTable) => `[${ofTable.map((row) => `[${row}]`).join(',')}]`).join(',')}]`;
    await history.load(tables, answer);
    held.push(heldIn(await history.body()));
    if (version === versions || chance(8) === 0) await look(history, held, chance);
  }
}

/** Up to so many pairs of versions, the last as the end of some. */
function pairsOf(last: number, most: number, chance: Chance): [number, number][] {
  const some = Array.from({ length: most }, (): [number, number] => {
    const to = chance(3) === 0 ? last : 1 + chance(last);
    return [1 + chance(to), to];
  });
  return [...some, [last, last]];
}

/** Large enough that no delta is given up for its size by whoever answers it. */
const NO_LIMIT = 2 ** 40;
const SETTINGS = { numRuns: 25, endOnFailure: true };

describe('deltas of random histories', () => {
  it('bring a device from any kept version to any later one, ids and Cache-Hash-Value included', async () => {
    let deltas = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (made) => {
        await live(made, async (history, held, chance) => {
          for (const [from, to] of pairsOf(history.version, 12, chance)) {
            const delta = await history.delta(from, to, NO_LIMIT);
            const between = history.chain.filter(({ version }) => version > from && version <= to);
            const isKept = from >= (history.chain[0]?.version ?? 0);
            expect(delta !== null).toBe(isKept && between.every(({ deltaBytes }) => deltaBytes !== null));
            if (delta === null) continue;
            deltas += 1;
            const after = apply(held[from] ?? new Map(), delta.text);
            expect(sorted(after)).toEqual(sorted(held[to] ?? new Map()));
            expect(delta.hash).toBe(hashOfHeld(after));
          }
          const all = await history.delta(0, history.version);
          expect(sorted(apply(new Map(), all?.text ?? ''))).toEqual(sorted(held.at(-1) ?? new Map()));
        });
      }),
      SETTINGS,
    );
    expect(deltas).toBeGreaterThan(100);
  }, 120_000);

  it('fold(delta(a, b), delta(b, c)) = delta(a, c)', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (made) => {
        await live(made, async (history, _held, chance) => {
          const gap = history.chain.findLastIndex(({ deltaBytes }, index) => deltaBytes === null || index === 0);
          const deltas = history.chain.slice(gap + 1).map(({ fence }) => storedDelta(history, fence));
          const cut = chance(deltas.length + 1);
          const halves = [deltas.slice(0, cut), deltas.slice(cut)].filter((half) => half.length > 0).map(foldDeltas);
          expect(bodyOf(foldDeltas(halves))).toBe(bodyOf(foldDeltas(deltas)));
        });
      }),
      SETTINGS,
    );
  }, 120_000);

  it('are never larger than the table, except for the empty one and those from v0', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (made) => {
        await live(made, async (history, _held, chance) => {
          for (const [from, to] of pairsOf(history.version, 5, chance)) {
            const text = (await history.delta(from, to))?.text ?? '';
            const isEmpty = !/\[\[|s":\[\d/.test(text);
            expect(isEmpty || Buffer.byteLength(text) <= history.loaded.bytes).toBe(true);
          }
        });
      }),
      SETTINGS,
    );
  }, 120_000);
});

/** What a device learns of a delta. */
function bodyOf(delta: Delta): string {
  const names = delta.map((_table, index) => `${index}`);
  return Buffer.concat(deltaBody(names, delta)).toString();
}

function storedDelta(history: History, fence: number): Delta {
  const bytes = history.stored(fence);
  const stored = bytes === undefined ? null : decodeDelta(bytes);
  if (stored === null) throw new Error(`the delta of ${fence} is not there`);
  return stored.delta;
}
