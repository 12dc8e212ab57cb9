/**
 * Content codings of origins' answers (RFC 9110 section 8.4.1). The platform decodes some of them by itself, so it is told to
 * leave bodies alone (`encodeResponseBody: "manual"`) and each coding is decoded here, once.
 */

import type { Transform } from 'node:stream';
import { LoadFailure } from '../contract/problem.ts';

/** What origins are offered. */
export const ACCEPTED_CODINGS = 'gzip, br';

/** Loaded when it is needed, since it would make every isolate's start longer. */
const loadZlib = () => import('node:zlib');
type Zlib = Awaited<ReturnType<typeof loadZlib>>;

const DECODERS: Readonly<Record<string, (zlib: Zlib) => Transform>> = {
  gzip: (zlib) => zlib.createGunzip(CHUNKS),
  'x-gzip': (zlib) => zlib.createGunzip(CHUNKS),
  deflate: (zlib) => zlib.createInflate(CHUNKS),
  br: (zlib) => zlib.createBrotliDecompress(CHUNKS),
};
/** workerd's brotli expands all of what it is given before anything of it is read, so it is given little at a time. */
const SLICE_BYTES = 4096;
const CHUNKS = { chunkSize: 65_536, readableHighWaterMark: 65_536, writableHighWaterMark: SLICE_BYTES };

/** More codings than that, one over the other, are no origin's habit. */
const MAX_CODINGS = 4;
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,32}$/;

/**
 * The codings of `Content-Encoding`, in lower case, in the order in which they were applied; `identity` is none.
 *
 * @throws LoadFailure `origin-malformed`, naming a coding that is not known here
 */
export function contentCodings(header: string | null): string[] {
  const codings = (header ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding));
  if (unknown !== undefined) {
    const named = TOKEN.test(unknown) ? `"${unknown}"` : 'one that is no token';
    throw malformed(
      `The origin's answer has the content coding ${named}, which is not known here: the service asks for gzip or br.`,
    );
  }
  if (codings.length > MAX_CODINGS)
    throw malformed(`The origin's answer has more than ${MAX_CODINGS} content codings.`);
  return codings;
}

/**
 * The body without its codings. A decoder holds what it has expanded until that is read, so what it makes is bounded: a bomb ends
 * the reading as soon as it is larger than an answer may be.
 *
 * @param codings as `contentCodings` gives them
 * @param tooLarge what is thrown when the body, or what lies between two codings, has more than `maxBytes`
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
  // What it throws is thrown by the decoder, too; whoever stops reading does not wait for an origin that stalls.
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

/** Destroys the decoder once it has made more than `maxBytes`, before it holds any more. */
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

/** Writes all of the body to the decoder, no faster than it is read; what the body throws ends the reading. */
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

/** Errors of zlib have a code; those of the body are LoadFailures or faults of ours. */
function isFaultOfCoding(error: unknown): boolean {
  return (
    !(error instanceof LoadFailure) && error instanceof Error && /^(Z_|ERR_)/.test(String(Reflect.get(error, 'code')))
  );
}

function malformed(detail: string, cause?: unknown): LoadFailure {
  return new LoadFailure('origin-malformed', detail, { cause });
}
