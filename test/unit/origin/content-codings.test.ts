import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../../src/contract/problem.ts';
import { contentCodings, decoded } from '../../../src/origin/content-codings.ts';

const CODERS: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};
const encode = (bytes: Uint8Array, codings: string[]) =>
  codings.reduce((encoded, coding) => CODERS[coding]?.(encoded) ?? encoded, bytes);

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

const tooLarge = new LoadFailure('origin-too-large', 'too large');
const plain = (body: AsyncIterable<Uint8Array>, codings: string[], maxBytes = 100_000_000) =>
  decoded(body, codings, maxBytes, tooLarge);

const malformed = (message: unknown) => expect.objectContaining({ code: 'origin-malformed', message });
const BODY = Buffer.from('{"items":["ä",1]}'.repeat(20_000));

describe('the codings of an answer', () => {
  it.each([
    [null, []],
    ['', []],
    ['identity', []],
    ['GZIP', ['gzip']],
    ['gzip, br', ['gzip', 'br']],
    [' identity ,x-gzip', ['x-gzip']],
  ])('of %j are %j', (header, codings) => {
    expect(contentCodings(header)).toEqual(codings);
  });

  it.each([
    ['zstd', expect.stringContaining('"zstd"')],
    ['gzip, compress', expect.stringContaining('"compress"')],
    ['a secret; told', expect.not.stringContaining('secret')],
    ['gzip, gzip, gzip, gzip, gzip', expect.stringContaining('more than 4')],
  ])('are not %s', (header, message) => {
    expect(() => contentCodings(header)).toThrow(malformed(message));
  });
});

describe('a coded body', () => {
  it.each([['gzip'], ['x-gzip'], ['deflate'], ['br'], ['gzip', 'br'], ['deflate', 'gzip', 'x-gzip']])(
    'is decoded: %s %s %s',
    async (...codings) => {
      for (const size of [1000, 1_000_000]) {
        expect(Buffer.compare(await read(plain(inPieces(encode(BODY, codings), size), codings)), BODY)).toBe(0);
      }
    },
  );

  it.each(['gzip', 'deflate', 'br'])('of %s that is cut short is not an answer', async (coding) => {
    const whole = encode(BODY, [coding]);
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, whole.length / 2), whole.subarray(0, 0)]) {
      await expect(read(plain(inPieces(bytes, 100), [coding]))).rejects.toThrow(
        malformed(`The origin's answer is not the "${coding}" that it says it is.`),
      );
    }
  });

  it.each(['gzip', 'deflate', 'br'])('that is no %s is not an answer', async (coding) => {
    await expect(read(plain(inPieces(BODY, 1000), [coding]))).rejects.toThrow(malformed(expect.any(String)));
  });

  it('that is cut off in transit fails with the reason of that', async () => {
    const reason = new LoadFailure('origin-unreachable', 'it broke off', { retryable: true });
    async function* breaking() {
      yield encode(BODY, ['gzip']).subarray(0, 50);
      throw reason;
    }
    await expect(read(plain(breaking(), ['gzip']))).rejects.toBe(reason);
  });
});

describe('a reader who stops reading', () => {
  it('does not wait for an origin that stalls', async () => {
    async function* stalling() {
      yield encode(Buffer.alloc(1_000_000), ['gzip']).subarray(0, 900);
      await new Promise(() => undefined);
    }
    for await (const piece of plain(stalling(), ['gzip'])) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
  });

  it('leaves no listener for each piece behind', async () => {
    const bytes = encode(crypto.getRandomValues(new Uint8Array(60_000)), ['gzip']);
    const warned: unknown[] = [];
    const listen = (warning: unknown) => void warned.push(warning);
    process.on('warning', listen);
    for (let round = 0; round < 2; round += 1) await read(plain(inPieces(bytes, 1000), ['gzip']));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warned).toEqual([]);
  });
});

describe('a bomb', () => {
  it.each([['gzip'], ['deflate'], ['br'], ['gzip', 'gzip'], ['br', 'br']])(
    'ends the reading once it is larger than an answer may be: %s %s',
    async (...codings) => {
      const bomb = encode(new Uint8Array(20_000_000), codings);
      let read = 0;
      const reading = async () => {
        for await (const piece of plain(inPieces(bomb, 1_000_000), codings, 1_000_000)) read += piece.length;
      };
      await expect(reading()).rejects.toBe(tooLarge);
      expect(read).toBeLessThanOrEqual(1_000_000);
    },
  );

  it('is not decoded any further than it is read', async () => {
    const bomb = encode(new Uint8Array(20_000_000), ['gzip']);
    let taken = 0;
    async function* counted() {
      for await (const piece of inPieces(bomb, 1000)) {
        taken += piece.length;
        yield piece;
      }
    }
    const pieces = plain(counted(), ['gzip'])[Symbol.asyncIterator]();
    await pieces.next();
    await pieces.return?.();
    expect(taken).toBeLessThan(10_000);
  });
});
