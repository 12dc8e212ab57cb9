/**
 * The fold of consecutive deltas (DESIGN "Rows, id map and deltas"): a row that was inserted and deleted between the
 * two versions appears in neither list. This is simple because an id is never reused. No row is copied: a fold refers
 * to the bytes of its deltas, and lists the inserts that do not count.
 */

import { hasId, idAt, lineEnd, mergedIds, NO_IDS, withoutIds } from './row-lines.ts';

/** What differs between two versions of one table. Ids are ascending. */
export interface TableDelta {
  /** Inserted rows, in pieces of whole lines: `<row id>,<cell>,…`, with the JSON texts of the cells. */
  inserts: readonly Uint8Array[];
  /** Ids of rows in `inserts` that were deleted again: they do not count. */
  cancelled: Float64Array;
  /** Ids of the deleted rows. */
  deletes: Float64Array;
}

/** The difference between two versions: an item for each table, in the definition's order. */
export type Delta = readonly TableDelta[];

/** Folds several deltas of the same tables into one; the oldest comes first. */
export function foldDeltas(deltas: readonly Delta[]): Delta {
  const [first = []] = deltas;
  if (deltas.length < 2) return first;
  return first.map((_table, index) => foldTable(deltas.flatMap((delta) => delta[index] ?? [])));
}

function foldTable(deltas: readonly TableDelta[]): TableDelta {
  const inserts = deltas.flatMap((delta) => delta.inserts);
  const gone = mergedIds(deltas.map(({ deletes }) => deletes));
  const crossed = gone.length === 0 ? NO_IDS : idsAmong(inserts, gone);
  return {
    inserts,
    cancelled: mergedIds([...deltas.map(({ cancelled }) => cancelled), crossed]),
    deletes: withoutIds(gone, crossed),
  };
}

/** Which of these ids occur in the rows, ascending. */
function idsAmong(inserts: readonly Uint8Array[], ids: Float64Array): Float64Array {
  const found = new Float64Array(ids.length);
  let count = 0;
  for (const lines of inserts) {
    for (let at = 0; at < lines.byteLength; at = lineEnd(lines, at) + 1) {
      const id = idAt(lines, at);
      if (hasId(ids, id)) {
        found[count] = id;
        count += 1;
      }
    }
  }
  return found.slice(0, count).sort();
}
