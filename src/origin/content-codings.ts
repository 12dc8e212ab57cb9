/**
 * Content codings of origins' answers (RFC 9110 section 8.4.1). The platform decodes some of them by itself, so
 * requests switch that off (`encodeResponseBody: "manual"`) and each coding is decoded here, once.
 */

import type { Transform } from 'node:stream';
import { LoadFailure } from '../contract/problem.ts';

/** The codings that requests accept. */
export const ACCEPTED_CODINGS = 'gzip, br';

/** Imported only when needed: it would slow down the start of every isolate. */
const loadZlib = () => import('node:zlib');
type Zlib = Awaited<ReturnType<typeof loadZlib>>;

const DECODERS: Readonly<Record<string, (zlib: Zlib) => Transform>> = {
  gzip: (zlib) => zlib.createGunzip(CHUNKS),
  'x-gzip': (zlib) => zlib.createGunzip(CHUNKS),
  deflate: (zlib) => zlib.createInflate(CHUNKS),
  br: (zlib) => zlib.createBrotliDecompress(CHUNKS),
};
/** workerd's brotli expands its whole input before the output can be read, so it gets small slices. */
const SLICE_BYTES = 4096;
const CHUNKS = { chunkSize: 65_536, readableHighWaterMark: 65_536, writableHighWaterMark: SLICE_BYTES };

/** No real origin applies more codings than this to one body. */
const MAX_CODINGS = 4;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,32}$/;

/**
 * The codings of `Content-Encoding` in lower case, in the order in which they were applied, without `identity`.
 *
 * @throws LoadFailure `origin-malformed`, naming an unknown coding
 */
export function contentCodings(header: string | null): string[] {
  const codings = (header ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding));
  if (unknown !== undefined) {
    const named = TOKEN.test(unknown) ? `"${unknown}"` : 'one that is not a token';
    throw malformed(
      `The origin's answer has the content coding ${named}, which is not known here: the service asks for gzip or br.`,
    );
  }
  if (codings.length > MAX_CODINGS)
    throw malformed(`The origin's answer has more than ${MAX_CODINGS} content codings.`);
  return codings;
}

/**
 * The body without its codings. A decoder holds its output until that is read, so the output is limited: a
 * decompression bomb ends the reading as soon as it exceeds the size limit of an answer.
 *
 * @param codings as `contentCodings` gives them
 * @param tooLarge thrown when the body, or the data between two codings, exceeds `maxBytes`
 */
export function decoded(
  body: AsyncIterable<Uint8Array>,
  codings: readonly string[],
  maxBytes: number,
  tooLarge: LoadFailure,
): AsyncIterable<Uint8Array> {
  return codings.reduceRight((encoded, coding) => decode(encoded, coding, maxBytes, tooLarge), body);
}

async function* decode(
  encoded: AsyncIterable<Uint8Array>,
  coding: string,
  maxBytes: number,
  tooLarge: LoadFailure,
): AsyncGenerator<Uint8Array, void> {
  const decoder = DECODERS[coding]?.(await loadZlib());
  if (decoder === undefined) throw new RangeError('a coding that is not known');
  bound(decoder, maxBytes, tooLarge);
  const feeding = feed(encoded, decoder);
  // The decoder throws its error, too; a caller that stops reading does not wait for an origin that stalls.
  feeding.catch(() => undefined);
  try {
    for await (const piece of decoder) yield piece as Uint8Array;
    await feeding;
  } catch (error) {
    if (isFaultOfCoding(error))
      throw malformed(`The origin's answer is not the "${coding}" that it says it is.`, error);
    throw error;
  } finally {
    decoder.destroy();
  }
}

/** Destroys the decoder once its output exceeds `maxBytes`, before it holds more. */
function bound(decoder: Transform, maxBytes: number, tooLarge: LoadFailure): void {
  const push = decoder.push.bind(decoder);
  let bytes = 0;
  decoder.push = (piece: Uint8Array | null) => {
    bytes += piece?.byteLength ?? 0;
    if (bytes <= maxBytes) return push(piece);
    decoder.destroy(tooLarge);
    return false;
  };
}

/** Writes the whole body to the decoder, at the speed at which it is read. An error of the body ends the reading. */
async function feed(encoded: AsyncIterable<Uint8Array>, decoder: Transform): Promise<void> {
  try {
    for await (const piece of encoded) {
      for (let at = 0; at < piece.byteLength; at += SLICE_BYTES) {
        if (decoder.destroyed) return;
        if (!decoder.write(piece.subarray(at, at + SLICE_BYTES))) await drained(decoder);
      }
    }
    decoder.end();
  } catch (error) {
    decoder.destroy(error as Error);
    throw error;
  }
}

function drained(decoder: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      decoder.off('drain', done).off('close', done);
      resolve();
    };
    decoder.on('drain', done).on('close', done);
    if (decoder.destroyed) done();
  });
}

/** zlib's errors have a code; errors of the body are LoadFailures or bugs of this service. */
function isFaultOfCoding(error: unknown): boolean {
  return (
    !(error instanceof LoadFailure) && error instanceof Error && /^(Z_|ERR_)/.test(String(Reflect.get(error, 'code')))
  );
}

function malformed(detail: string, cause?: unknown): LoadFailure {
  return new LoadFailure('origin-malformed', detail, { cause });
}
