/** Rows of the tables in docs/reliability.md; the test origin stores them if `npm run reliability` runs the tests. */
import { inject } from 'vitest';

/** Reports one row of a table; `id` identifies it, so that a second run replaces it. */
export async function report(table: string, id: string, row: object): Promise<void> {
  await fetch(`${inject('originUrl')}/_report`, { method: 'PUT', body: JSON.stringify({ table, id, row }) });
}
