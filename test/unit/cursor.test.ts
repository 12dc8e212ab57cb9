import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/core/cursor.ts';
import { thrownBy } from '../support/thrown.ts';

const Place = v.tuple([v.string(), v.number()]);

describe('cursors', () => {
  it.each([[['a', 1]], [['Zoë 🚜 ~/?&=+', -2]], [['', 0]]])('give back the place %j', (place) => {
    expect(decodeCursor(encodeCursor(place), Place)).toEqual(place);
  });

  it('need no escaping in a URL', () => {
    const cursor = encodeCursor(['ÿþ>>>???', 63]);
    expect(encodeURIComponent(cursor)).toBe(cursor);
  });

  it.each([
    ['no base64', '***'],
    ['base64 of no JSON', 'Zm9v'],
    ['base64 of no UTF-8', '_w'],
    ['the place of another list', encodeCursor(['a', 'b'])],
    ['more than a place', encodeCursor({ a: 1 })],
    ['nothing', ''],
  ])('refuse %s', (_what, cursor) => {
    expect(thrownBy(() => decodeCursor(cursor, Place))).toMatchObject({
      code: 'invalid-cursor',
      errors: [{ pointer: '/cursor' }],
    });
  });
});
