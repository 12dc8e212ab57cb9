/**
 * Search in names: each word of the search text must occur somewhere in them, in any case, order and position. Blanks,
 * hyphens and underscores separate words, so that `tablet 17` finds `tablet-17`. A name is also read without those
 * between a letter and a digit, so that `tablet17` finds it as well. There are no wildcards.
 */

const PARTING = /[\s\p{Pd}_]+/u;
/** Begins at most once within a run of separators, so that its time grows with the length of the name. */
const BETWEEN_LETTER_AND_DIGIT = /(?<=[\p{L}\p{M}])[\s\p{Pd}_]+(?=\p{N})|(?<=\p{N})[\s\p{Pd}_]+(?=\p{L})/gu;

/** The words of a text, folded. A text that consists only of separators is one word. */
export function searchWords(text: string): string[] {
  const words = folded(text)
    .split(PARTING)
    .filter((word) => word !== '');
  return words.length > 0 ? words : [folded(text)];
}

/** Whether each word occurs in at least one of the texts. */
export function hasWords(words: readonly string[], ...texts: readonly string[]): boolean {
  const all = texts.map(folded).flatMap((text) => [text, text.replace(BETWEEN_LETTER_AND_DIGIT, '')]);
  return words.every((word) => all.some((text) => text.includes(word)));
}

/** Unifies compatible characters and case (Unicode NFKC, then upper case: ß becomes SS). */
function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase();
}
