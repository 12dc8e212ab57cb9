/** Cursors of lists: opaque to clients; in fact base64url of JSON. */

import * as v from 'valibot';
import { Problem } from '../contract/problem.ts';

/** Encodes a position in a list as an opaque text. */
export function encodeCursor(place: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(place));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/**
 * Reads a cursor that `encodeCursor` wrote.
 *
 * @throws Problem `invalid-cursor` if the text is no cursor, or belongs to another list
 */
export function decodeCursor<Schema extends v.GenericSchema>(cursor: string, schema: Schema): v.InferOutput<Schema> {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    return v.parse(schema, JSON.parse(text));
  } catch (cause) {
    throw new Problem('invalid-cursor', 'Start the list again without a cursor, and follow its Link headers.', {
      errors: [{ pointer: '/cursor', detail: 'must be a cursor from an answer of this list' }],
      cause,
    });
  }
}

/** Cursors of one list whose place is one text, such as a title. Those of other lists are rejected. */
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
