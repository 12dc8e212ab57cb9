/** A long list and its rows: whatever comes and goes, the rows tell the same list, and few of them are written. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EMPTY_LAYOUT, itemsOf, type Layout, nextLayout, PART_ITEMS } from '../../src/object/long-list.ts';

type Item = { id: number };

/** Rows that a step writes or deletes, besides the document's own. */
function rowsWritten(before: Layout<Item>, after: Layout<Item>): number {
  const deleted = before.parts.filter(({ number }) => after.parts.every((part) => part.number !== number));
  return deleted.length + after.parts.filter((part) => !before.parts.includes(part)).length;
}

/** The layout as it comes back from its rows. */
function readBack({ parts, skipped, tail }: Layout<Item>): Layout<Item> {
  return JSON.parse(JSON.stringify({ parts, skipped, tail })) as Layout<Item>;
}

const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ cut: fc.nat(90) }),
  fc.record({ drop: fc.nat(9), of: fc.integer({ min: 2, max: 9 }) }),
  fc.constant({ restart: true as const }),
);

it('tells the same list after each step and after each restart, with a short tail', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let layout: Layout<Item> = EMPTY_LAYOUT;
      let list: readonly Item[] = [];
      let next = 0;
      for (const one of steps) {
        if ('restart' in one) {
          layout = readBack(layout);
          list = itemsOf(layout);
          continue;
        }
        if ('add' in one) list = [...list, ...Array.from({ length: one.add }, () => ({ id: next++ }))];
        else if ('cut' in one) list = list.slice(one.cut);
        else list = list.filter(({ id }) => id % one.of !== one.drop % one.of);
        layout = nextLayout(layout, list);
        expect(itemsOf(layout)).toEqual(list);
        expect(layout.tail.length).toBeLessThan(2 * PART_ITEMS);
      }
    }),
  );
});

it('writes a row and deletes a row in 32 items where the oldest go as new ones come', () => {
  let layout: Layout<Item> = EMPTY_LAYOUT;
  let list: readonly Item[] = [];
  let rows = 0;
  for (let id = 0; id < 3200; id += 1) {
    list = [...list, { id }].slice(-1000);
    const after = nextLayout(layout, list);
    rows += rowsWritten(layout, after);
    layout = after;
  }
  expect(rows).toBeLessThanOrEqual((2 * 3200) / PART_ITEMS);
});
