/** The hash by which a device checks its copy (CONTRACT 3 "Tables and deltas", `Cache-Hash-Value`). */

import type { Content } from './content.ts';
import { sha256 } from './sha256.ts';

/** SHA-256, in hex, of the row ids of all tables, ascending, joined by commas. */
export async function hashOfRows({ tables }: Content): Promise<string> {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return sha256(only.ids.join(','));
  const all = new Float64Array(tables.reduce((count, { ids }) => count + ids.length, 0));
  let at = 0;
  for (const { ids } of tables) {
    all.set(ids, at);
    at += ids.length;
  }
  return sha256(all.sort().join(','));
}
