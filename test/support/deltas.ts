/** Tables and deltas as a device keeps and applies them; rows are JSON texts, so that digits are compared exactly. */
import { createHash } from 'node:crypto';
import { rowsOf, table } from './rows.ts';

/** Row texts by row id, for each table by its name. */
export type Held = Map<string, Map<number, string>>;

interface DeltaBody {
  name: string;
  insert_rows: unknown[][];
  delete_ids: number[];
}

/** The content of a full body. */
export function heldIn(body: string): Held {
  const tables = (JSON.parse(body) as { name: string; columns: string[] }[]).map(({ name, columns }, index) =>
    table(name, `/${index}/data`, 'row id', ...columns),
  );
  const rows = rowsOf(body, tables);
  return new Map(tables.map(({ name }) => [name, byId(rows[name] ?? [])]));
}

/** The device's rows after a delta; throws for a row that is inserted twice, or deleted without being there. */
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

/** `Cache-Hash-Value` of the device's rows. */
export function hashOfHeld(held: Held): string {
  const ids = [...held.values()].flatMap((rows) => [...rows.keys()]).sort((a, b) => a - b);
  return createHash('sha256').update(ids.join(',')).digest('hex');
}

/** The same rows in an order that makes them comparable. */
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
