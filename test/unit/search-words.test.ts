import { describe, expect, it } from 'vitest';
import { hasWords, searchWords } from '../../src/core/search-words.ts';

const finds = (typed: string, ...texts: string[]) => hasWords(searchWords(typed), ...texts);

describe('a search', () => {
  it.each([
    ['tablet 17', 'tablet-17'],
    ['tablet-17', 'tablet 17'],
    ['TABLET_17', 'tablet-17'],
    ['TABLET17', 'tablet-17'],
    ['tablet 17', 'tablet17'],
    ['tablet-17', 'TABLET17'],
    ['17b', 'hall 17 – b'],
    ['b2', 'цех-Ⅶ b _ 2'],
    ['ё2', 'Е\u0308-2'],
    ['17 tablet', 'tablet-17'],
    ['tab 17', 'tablet-17'],
    ['let', 'tablet-17'],
    ['  tablet   17 ', 'tablet-17'],
    ['tablet – 17', 'tablet-17'],
    ['Prices', 'prices'],
    ['prices', 'PRICES_2026'],
    ['цены', 'Цены-Москва'],
    ['МОСКВА цены', 'Цены-Москва'],
    ['straße', 'STRASSE'],
    ['e\u0301tage', 'Étage'],
    ['ΟΔΟΣ', 'οδος'],
    ['ｔａｂｌｅｔ１７', 'tablet17'],
    ['%', '100%'],
    ['_', 'a_b'],
    ['-', 'a-b'],
  ])('for %j finds %j', (typed, name) => {
    expect(finds(typed, name)).toBe(true);
  });

  it.each([
    ['tablet 18', 'tablet-17'],
    ['tablet18', 'tablet-17'],
    ['17tablet', 'tablet-17'],
    ['2b', 'tablet-2-17-b'],
    ['ab', 'a-b'],
    ['12', '1-2'],
    ['%', 'tablet-17'],
    ['t%t', 'tablet-17'],
    ['tablet?17', 'tablet-17'],
    ['_', 'tablet-17'],
    ['*', 'tablet-17'],
    ['-', 'tablet'],
    ['\\', 'tablet'],
    ["' OR 1=1", 'tablet'],
  ])('for %j does not find %j', (typed, name) => {
    expect(finds(typed, name)).toBe(false);
  });

  it('may find its words in several texts, and in none across them', () => {
    expect(finds('prices erp', 'prices', 'https://erp.example.com/')).toBe(true);
    expect(finds('ab', 'a', 'b')).toBe(false);
  });
});
