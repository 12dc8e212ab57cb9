/** Statements about many rows by their keys. */

/** Most values that a statement may bind (https://developers.cloudflare.com/d1/platform/limits/). */
const MAX_BOUND = 100;

/**
 * Statements, for one batch, that join a table with the values, which they have as column `value` of `asked`. Such a row
 * counts as none read, where one of a list in `IN` or of json_each counts as the row that it finds.
 *
 * @param values at least one
 * @param sqlFrom the SQL round the place where the values go
 */
export function statementsFor(
  db: Pick<D1Database, 'prepare'>,
  values: readonly string[],
  sqlFrom: (asked: string) => string,
): D1PreparedStatement[] {
  return Array.from({ length: Math.ceil(values.length / MAX_BOUND) }, (_statement, at) => {
    const some = values.slice(at * MAX_BOUND, (at + 1) * MAX_BOUND);
    const asked = `(SELECT column1 AS value FROM (VALUES ${some.map(() => '(?)').join()})) AS asked`;
    return db.prepare(sqlFrom(asked)).bind(...some);
  });
}
