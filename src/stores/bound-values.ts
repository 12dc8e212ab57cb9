/** Statements about many rows, selected by their keys. */

/** Most values that a statement may bind (https://developers.cloudflare.com/d1/platform/limits/). */
const MAX_BOUND = 100;

/**
 * Statements for one batch. Each joins a table with the values, which are column `value` of `asked`. In this form D1
 * does not count the values as rows read; in an `IN` list or json_each it counts each of them.
 *
 * @param values at least one
 * @param sqlFrom builds the SQL around the place of the values
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
