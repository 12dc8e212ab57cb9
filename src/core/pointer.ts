/** JSON Pointers (RFC 6901): how faults of the input name their place. */

/** The pointer to a member or item of what `base` points to. */
export function pointerTo(base: string, token: string | number): string {
  return `${base}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The unescaped tokens of a pointer; of the root, none. */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
