/** Where tables lie in a JSON answer: RFC 6901 pointers, all followed in one pass. */

import type { InputFault } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { pointerTokens } from '../core/pointer.ts';

/** A place on the way to a table. `table`: the index of the table that lies here, or null. */
export interface PointerNode {
  table: number | null;
  /** By member name or array index. */
  children: Map<string, PointerNode>;
}

/**
 * The pointers of all tables as one tree; a table without `rows` is the whole answer. Without tables: only the root.
 */
export function pointerTree(tables: readonly TableDefinition[]): PointerNode {
  const root: PointerNode = { table: null, children: new Map() };
  tables.forEach((table, index) => {
    let node = root;
    for (const step of steps(table)) {
      const next = node.children.get(step) ?? { table: null, children: new Map() };
      node.children.set(step, next);
      node = next;
    }
    node.table = index;
  });
  return root;
}

/** Tables that lie at or within the rows of another table, as faults with pointers from the definition's root. */
export function checkTables(tables: readonly TableDefinition[]): InputFault[] {
  return tables.flatMap((table, index) => {
    const other = tables.slice(0, index).find((earlier) => contains(steps(earlier), steps(table)));
    if (other === undefined) return [];
    const detail = `must not lie at, within or around the rows of table "${other.name}"`;
    return [{ pointer: `/tables/${index}/rows`, detail }];
  });
}

/** Whether one of two places contains the other. */
function contains(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length);
  return a.slice(0, shared).every((step, depth) => step === b[depth]);
}

function steps({ rows = '' }: TableDefinition): string[] {
  return pointerTokens(rows);
}
