/** Finds the known name that an unknown one was probably meant to be. */

/** Longer names are not compared: no known name is similar to them. */
const MAX_LENGTH = 64;
/** Shortest beginning that counts: `ttl` of `ttl_s`. */
const MIN_BEGINNING = 3;

/**
 * The most similar known name: at most a third of its letters differ, or one is the beginning of the other. Undefined:
 * none.
 */
export function likelyName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const given = plain(name);
  let [best, least] = [undefined as string | undefined, Math.min(3, Math.floor(given.length / 3)) + 1];
  for (const one of known) {
    const distance = distanceBelow(given, plain(one), least);
    if (distance < least) [best, least] = [one, distance];
  }
  return best ?? known.filter((one) => isBeginning(given, plain(one))).sort((a, b) => a.length - b.length)[0];
}

/** Ignores case, `_` and `-`: they are written in many ways and mean the same. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}

function isBeginning(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= MIN_BEGINNING && long.startsWith(short);
}

/**
 * The number of letters to insert, delete, replace or swap with a neighbour (optimal string alignment); `limit` if that
 * many or more are needed.
 */
function distanceBelow(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const ways = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1)];
      row.push(Math.min(...ways, isSwapped ? (before[j - 2] ?? 0) + 1 : limit));
    }
    if (Math.min(...row) >= limit) return limit;
    [before, last] = [last, row];
  }
  return last[to.length] ?? limit;
}
