/**
 * How names are searched: each word of what was typed must stand somewhere in them, in whatever case, order and place. Blanks, hyphens and
 * underscores part words, so that `tablet 17` finds `tablet-17`. Nothing in it is a wildcard.
 */

const PARTING = /[\s\p{Pd}_]+/u;

/** The words of a text, folded; of one that is nothing but what parts words, that itself. */
export function searchWords(text: string): string[] {
  const words = folded(text)
    .split(PARTING)
    .filter((word) => word !== '');
  return words.length > 0 ? words : [folded(text)];
}

/** Whether all words stand in one of the texts each. */
export function hasWords(words: readonly string[], ...texts: readonly string[]): boolean {
  const all = texts.map(folded);
  return words.every((word) => all.some((text) => text.includes(word)));
}

/** Compatible characters and letters of either case become the same (Unicode NFKC, then upper case, as of ß SS). */
function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase();
}
