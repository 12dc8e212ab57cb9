/**
 * The fold of deltas that follow each other (DESIGN "Rows, id map and deltas"): a row that came and went on the way is in
 * none of both. It is this simple because an id is never used again.
 */

/** What differs between two versions of one table. */
export interface TableDelta {
  /** Rows that came, each as `<row id>,<cell>,…`: the JSON texts of its cells. */
  inserts: readonly string[];
  /** Ids of the rows that went, ascending. */
  deletes: readonly number[];
}

/** What differs between two versions: an item for each table, in the definition's order. */
export type Delta = readonly TableDelta[];

/** One delta for several of the same tables, the oldest first. */
export function foldDeltas(deltas: readonly Delta[]): Delta {
  const [first = []] = deltas;
  if (deltas.length < 2) return first;
  return first.map((_table, index) => foldTable(deltas.flatMap((delta) => delta[index] ?? [])));
}

function foldTable(deltas: readonly TableDelta[]): TableDelta {
  const gone = new Set(deltas.flatMap(({ deletes }) => deletes));
  const inserts = deltas.flatMap((delta) => delta.inserts.filter((row) => !gone.delete(idOf(row))));
  return { inserts, deletes: [...gone].sort((a, b) => a - b) };
}

function idOf(row: string): number {
  return Number(row.slice(0, row.indexOf(',')));
}
