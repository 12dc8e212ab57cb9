/** Finds the member of a definition that a warning is about. Faults of a probe contain their place. */

import { isObject, type Json, type JsonObject, pointerTo } from '../definitions/json.ts';

/** The pointer for a warning. Its text starts with a member, or names a table and perhaps a column. */
export function placeOfWarning(text: string, definition: JsonObject): string | null {
  return /^The definition's (\/\S+)/.exec(text)?.[1] ?? placeInTables(text, definition);
}

function placeInTables(detail: string, { tables }: JsonObject): string | null {
  const [, name, rest = ''] = /^(?:Page \d+: )?Table "(.*?)"([,:].*)/s.exec(detail) ?? [];
  if (name === undefined || !Array.isArray(tables)) return null;
  const index = tables.findIndex((table) => nameOf(table) === name);
  if (index === -1) return null;
  const place = pointerTo('/tables', index);
  const table = tables[index];
  const column = /column "(.*?)"/s.exec(rest)?.[1];
  if (column === undefined || !isObject(table) || !Array.isArray(table.columns)) {
    return /^: there is no(thing| array) at /.test(rest) ? `${place}/rows` : place;
  }
  const at = table.columns.findIndex((one) => nameOf(one) === column);
  return at === -1 ? `${place}/columns` : pointerTo(`${place}/columns`, at);
}

function nameOf(item: Json): Json | undefined {
  return isObject(item) ? item.name : item;
}
