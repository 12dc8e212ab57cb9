/** Tables and deltas as a device keeps and applies them; rows are their JSON texts, so that digits count. */
import { createHash } from 'node:crypto';
import { rowsOf, table } from './rows.ts';

/** For each table by its name, the row texts by row id. */
export type Held = Map<string, Map<number, string>>;

interface DeltaBody {
  name: string;
  insert_rows: unknown[][];
  delete_ids: number[];
}

/** What a full body holds. */
export function heldIn(body: string): Held {
  const tables = (JSON.parse(body) as { name: string; columns: string[] }[]).map(({ name, columns }, index) =>
    table(name, `/${index}/data`, 'row id', ...columns),
  );
  const rows = rowsOf(body, tables);
  return new Map(tables.map(({ name }) => [name, byId(rows[name] ?? [])]));
}

/** What a device holds once it has applied a delta; throws for a row that came twice or went and was not there. */
export function apply(held: Held, body: string): Held {
  const parts = JSON.parse(body) as DeltaBody[];
  const tables = parts.map(({ name, insert_rows: [row = ['']] }, index) =>
    table(name, `/${index}/insert_rows`, ...row.map((_cell, at) => `${at}`)),
  );
  const inserts = rowsOf(body, tables);
  const after: Held = new Map();
  for (const { name, delete_ids } of parts) {
    const rows = new Map(held.get(name));
    for (const id of delete_ids) if (!rows.delete(id)) throw new Error(`row ${id} went, but was not there`);
    for (const [id, text] of byId(inserts[name] ?? [])) {
      if (rows.has(id)) throw new Error(`row ${id} came twice`);
      rows.set(id, text);
    }
    after.set(name, rows);
  }
  return after;
}

/** `Cache-Hash-Value` of what a device holds. */
export function hashOfHeld(held: Held): string {
  const ids = [...held.values()].flatMap((rows) => [...rows.keys()]).sort((a, b) => a - b);
  return createHash('sha256').update(ids.join(',')).digest('hex');
}

/** The same rows in an order that two can be compared by. */
export function sorted(held: Held): [string, [number, string][]][] {
  return [...held].map(([name, rows]) => [name, [...rows].sort(([a], [b]) => a - b)]);
}

function byId(rows: readonly string[]): Map<number, string> {
  return new Map(
    rows.map((row) => {
      const comma = row.indexOf(',');
      return [Number(row.slice(0, comma)), row.slice(comma + 1)];
    }),
  );
}
