/** Replaces `pg-types` (wrangler.toml): values stay as the database writes them (sql-value.ts), so the type parsers are not uploaded. */

export const builtins = {};

/** Returns a parser that leaves the text unchanged. */
export function getTypeParser(): (text: string) => string {
  return String;
}

/** Called by the driver for its defaults. */
export function setTypeParser(): void {
  // There are no parsers to set.
}
