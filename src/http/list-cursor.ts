/** Cursors of administrative lists and walks: the name of the list and the text after which it goes on. */

import * as v from 'valibot';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';

/** Writes and reads the cursors of one list, and no other's. */
export function listCursor(list: string) {
  const Place = v.tuple([v.literal(list), v.string()]);
  return {
    /** The cursor that goes on after `place`; null: the list ends. */
    after: (place: string | null): string | null => (place === null ? null : encodeCursor([list, place])),
    /** The place of a cursor; null where none was sent. @throws Problem `invalid-cursor` */
    placeOf: (cursor: string | undefined): string | null =>
      cursor === undefined ? null : decodeCursor(cursor, Place)[1],
  };
}
