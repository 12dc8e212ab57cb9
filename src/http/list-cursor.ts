/** Cursors of administrative lists and walks: the name of the list, and the text after which the next page starts. */

import * as v from 'valibot';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';

/** Writes and reads the cursors of one list. Rejects those of other lists. */
export function listCursor(list: string) {
  const Place = v.tuple([v.literal(list), v.string()]);
  return {
    /** Returns the cursor for the page after `place`; null at the end of the list. */
    after: (place: string | null): string | null => (place === null ? null : encodeCursor([list, place])),
    /** Returns the place in a cursor; null if none was sent. @throws Problem `invalid-cursor` */
    placeOf: (cursor: string | undefined): string | null =>
      cursor === undefined ? null : decodeCursor(cursor, Place)[1],
  };
}
