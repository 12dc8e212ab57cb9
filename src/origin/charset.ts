/** Converts answers in other encodings to UTF-8, once, before any reader (CONTRACT 4 "Character encodings"). */

import { LoadFailure } from '../contract/problem.ts';

const UTF_8 = 'utf-8';
const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  [UTF_8, [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const LONGEST_MARK = 3;

/** Name of the encoding for a label of the Encoding standard, in lower case; null: it cannot be decoded. */
export function encodingOf(label: string): string | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: false }).encoding.toLowerCase();
  } catch {
    return null;
  }
}

/** Finds the encoding from the beginning of a text; null: more is needed. `isWhole`: there is no more. */
export type EncodingByText = (beginning: Uint8Array, isWhole: boolean) => string | null;

/**
 * The same text in UTF-8. A byte order mark overrides any label.
 *
 * @param encoding as `encodingOf` returns it, or a function that finds it from the text itself
 * @throws LoadFailure `origin-malformed` for bytes that are invalid in the encoding; the reader checks those of UTF-8
 */
export async function* inUtf8(
  body: AsyncIterable<Uint8Array>,
  encoding: string | EncodingByText,
): AsyncGenerator<Uint8Array, void> {
  let begun: Uint8Array | null = new Uint8Array();
  let recode = (piece: Uint8Array, _isMore: boolean) => piece;
  for await (const piece of body) {
    if (begun === null) {
      yield recode(piece, true);
      continue;
    }
    begun = joined(begun, piece);
    if (begun.length < LONGEST_MARK) continue;
    const found = encodingBy(begun, encoding, false);
    if (found === null) continue;
    recode = recoder(found);
    yield recode(begun, true);
    begun = null;
  }
  if (begun !== null) recode = recoder(encodingBy(begun, encoding, true) ?? UTF_8);
  yield recode(begun ?? new Uint8Array(), false);
}

function encodingBy(bytes: Uint8Array, encoding: string | EncodingByText, isWhole: boolean): string | null {
  const marked = markedEncoding(bytes);
  if (marked !== undefined) return marked;
  return typeof encoding === 'string' ? encoding : encoding(bytes, isWhole);
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  return BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];
}

function recoder(encoding: string): (piece: Uint8Array, isMore: boolean) => Uint8Array {
  if (encoding === UTF_8) return (piece) => piece;
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
  const encoder = new TextEncoder();
  return (piece, isMore) => {
    try {
      return encoder.encode(decoder.decode(piece, { stream: isMore }));
    } catch (cause) {
      throw new LoadFailure(
        'origin-malformed',
        `The origin's answer is not valid ${encoding}: name its encoding in charset.`,
        { place: '/charset', cause },
      );
    }
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
