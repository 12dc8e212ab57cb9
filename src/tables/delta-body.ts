/** Deltas as they are answered: `[{"name":"<table>","insert_rows":[[<row id>,<cell>,…],…],"delete_ids":[…]},…]` (CONTRACT 3). */

import type { Delta } from './fold.ts';

/** The body of a delta; `names` of its tables, in order. */
export function deltaBody(names: readonly string[], delta: Delta): Uint8Array<ArrayBuffer> {
  const tables = names.map((name, index) => {
    const { inserts = [], deletes = [] } = delta[index] ?? {};
    const rows = inserts.length === 0 ? '' : `[${inserts.join('],[')}]`;
    return `{"name":${JSON.stringify(name)},"insert_rows":[${rows}],"delete_ids":[${deletes.join(',')}]}`;
  });
  return new Uint8Array(new TextEncoder().encode(`[${tables.join(',')}]`));
}
