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
    throw new Problem('invalid-cursor', 'Begin the list anew, without cursor, and follow its Link headers.', {
      errors: [{ pointer: '/cursor', detail: 'must be one that this list gave' }],
      cause,
    });
  }
}
