/** Numbers of things in texts. */

/** `1 row`, `2 rows`. @param noun a word whose plural adds an s */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
