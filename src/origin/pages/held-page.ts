/** A page that is held until it is whole: until then no reader has seen any of it, so it can be requested again. */

import { HELD_PAGE_BYTES } from '../../contract/pages.ts';

/** The same body, once it is complete or HELD_PAGE_BYTES have arrived. @throws what the body throws until then */
export async function heldPage(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = body[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (next.done === true) return flowing(pieces, null);
    pieces.push(next.value);
    bytes += next.value.byteLength;
    if (bytes > HELD_PAGE_BYTES) return flowing(pieces, iterator);
  }
}

/** Releases each piece as it is read. */
async function* flowing(
  pieces: Uint8Array[],
  rest: AsyncIterator<Uint8Array> | null,
): AsyncGenerator<Uint8Array, void> {
  pieces.reverse();
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) yield piece;
  if (rest === null) return;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
