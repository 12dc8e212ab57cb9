/** SHA-256 (FIPS 180-4). Uses the platform's, which pages loaded by http and React Native do not have. */

/** In hex, of an ASCII text. */
export async function sha256(text: string): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return sha256InScript(text);
  return hex(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

let known: ReturnType<typeof tables> | null = null;

/** The same, without the platform. */
export function sha256InScript(text: string): string {
  known ??= tables();
  const { constants, initial } = known;
  const hash = Int32Array.from(initial);
  const words = new Int32Array(64);
  const blocks = Math.ceil((text.length + 9) / 64);
  for (let block = 0; block < blocks; block += 1) {
    for (let at = 0; at < 16; at += 1) {
      let word = 0;
      for (let byte = 0; byte < 4; byte += 1) word = (word << 8) | byteAt(text, block * 64 + at * 4 + byte);
      words[at] = word;
    }
    if (block === blocks - 1) {
      words[14] = (text.length / 0x20000000) | 0;
      words[15] = text.length << 3;
    }
    mix(hash, words, constants);
  }
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function byteAt(text: string, at: number): number {
  if (at < text.length) return text.charCodeAt(at);
  return at === text.length ? 0x80 : 0;
}

function mix(hash: Int32Array, w: Int32Array, constants: Int32Array): void {
  for (let at = 16; at < 64; at += 1) {
    const early = w[at - 15] as number;
    const late = w[at - 2] as number;
    const sigma0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const sigma1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    w[at] = ((w[at - 16] as number) + sigma0 + (w[at - 7] as number) + sigma1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
  for (let at = 0; at < 64; at += 1) {
    const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + (constants[at] as number) + (w[at] as number)) | 0;
    const sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const mixed = [a, b, c, d, e, f, g, h];
  for (let at = 0; at < 8; at += 1) hash[at] = ((hash[at] as number) + (mixed[at] as number)) | 0;
}

function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits of fractions of roots of primes (FIPS 180-4 sections 4.2.2, 5.3.3); computing them saves bytes. */
function tables(): { constants: Int32Array; initial: Int32Array } {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number += 1) {
    if (primes.every((prime) => number % prime > 0)) primes.push(number);
  }
  const fractions = (power: number) => Int32Array.from(primes, (prime) => ((prime ** power % 1) * 0x100000000) | 0);
  return { constants: fractions(1 / 3), initial: fractions(1 / 2).slice(0, 8) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
