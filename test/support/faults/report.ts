/** Rows of the tables in docs/reliability.md, kept by the test origin where `npm run reliability` asks for them. */
import { inject } from 'vitest';

/** Tells one row of a table; `id` names it, so that a second run replaces it. */
export async function report(table: string, id: string, row: object): Promise<void> {
  await fetch(`${inject('originUrl')}/_report`, { method: 'PUT', body: JSON.stringify({ table, id, row }) });
}
