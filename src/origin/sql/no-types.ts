/** In the place of `pg-types` (wrangler.toml): values stay as the database writes them (sql-value.ts), so no parser of a type is uploaded. */

export const builtins = {};

/** What makes a value of a text: nothing does. */
export function getTypeParser(): (text: string) => string {
  return String;
}

/** For the driver's own defaults. */
export function setTypeParser(): void {
  // There are none to set.
}
