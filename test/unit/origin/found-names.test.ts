import { expect, it } from 'vitest';
import { FoundNames } from '../../../src/origin/found-names.ts';

it('the names at a place are kept up to one more than is told, however many there are', () => {
  const names = new FoundNames<string>();
  names.open('place');
  for (let n = 0; n < 1000; n++) names.add('place', `m${n}`);
  names.add('elsewhere', 'x');
  expect(names.at('place').count).toBe(13);
  expect(names.at('elsewhere').count).toBe(0);
});
