/** Search and order in Tablet (demo/tablet/app/find-rows.ts). */
import { expect, it } from 'vitest';
import { findRows } from '../../../../demo/tablet/app/find-rows.ts';

const COLUMNS = [
  { name: 'name', label: 'Car' },
  { name: 'origin', label: 'Built in' },
  { name: 'hp', label: 'Horsepower', isNumber: true },
];
const ROWS = [
  { id: 4, row: { name: 'saab 900', origin: 'Europe', hp: 110, secret: 'toyota' } },
  { id: 3, row: { name: 'toyota corolla', origin: 'Japan', hp: 75 } },
  { id: 2, row: { name: 'Toyota starlet', origin: 'Japan', hp: null } },
  { id: 1, row: { name: 'audi 100', origin: 'Europe', hp: 9 } },
];
const idsOf = (search: string, column: string, isDown = false) =>
  findRows(ROWS, COLUMNS, search, { column, isDown }).map(({ id }) => id);

it('finds rows of which the shown cells have all words, in any case', () => {
  expect(idsOf('TOYOTA japan', 'name')).toEqual([3, 2]);
  expect(idsOf('  110 ', 'name')).toEqual([4]);
  expect(idsOf('toyota europe', 'name')).toEqual([]);
});

it('sorts numbers by size and texts by their numbers, what is missing last or first', () => {
  expect(idsOf('', 'hp')).toEqual([1, 3, 4, 2]);
  expect(idsOf('', 'hp', true)).toEqual([2, 4, 3, 1]);
  expect(idsOf('', 'name')).toEqual([1, 4, 3, 2]);
});

it('keeps rows that are equal by their ids, whichever way they are sorted', () => {
  expect(idsOf('', 'origin')).toEqual([1, 4, 2, 3]);
  expect(idsOf('', 'origin', true)).toEqual([2, 3, 1, 4]);
});
