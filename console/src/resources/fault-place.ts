/** Which member of a definition a fault of a load is about: pointers for those that a probe tells. */

import { isObject, type Json, type JsonObject, pointerTo } from '../definitions/json.ts';

/** Where to look first, by the code of a fault. */
const BY_CODE: Readonly<Record<string, string>> = {
  'origin-unreachable': '/origin/url',
  'origin-status': '/origin/url',
  'origin-timeout': '/origin/timeout_s',
  'origin-too-large': '/origin/max_bytes',
  'origin-redirect': '/origin/redirects',
  'origin-auth': '/origin/headers',
  'origin-pages': '/origin/pages',
  'origin-refused': '/origin/expect',
  'origin-guard': '/guard',
  'origin-malformed': '/tables',
  misconfigured: '/origin/headers',
};

/**
 * The pointer of a fault: of the table or member that its detail names, else of where such faults come from.
 *
 * @param code of its type
 * @param detail names a table, and perhaps a column of it, where it is about one
 */
export function placeOfFault(code: string, detail: string, definition: JsonObject): string | null {
  return (
    placeInTables(detail, definition) ??
    memberNamed(detail) ??
    (code === 'origin-auth' ? placeOfCredentials(definition) : null) ??
    (code === 'origin-malformed' && definition.tables === undefined ? '/format' : BY_CODE[code]) ??
    null
  );
}

/** The same of a warning. One about the definition itself begins with its pointer. */
export function placeOfWarning(text: string, definition: JsonObject): string | null {
  return /^The definition's (\/\S+)/.exec(text)?.[1] ?? placeInTables(text, definition);
}

/** The member of `origin` that a detail names, such as `origin.pages.max`, as texts for operators do. */
function memberNamed(detail: string): string | null {
  const [, path] = /\borigin((?:\.[a-z_]+)+)/.exec(detail) ?? [];
  return path === undefined ? null : `/origin${path.replaceAll('.', '/')}`;
}

/** Credentials are a source's, where the definition names one. */
function placeOfCredentials({ origin }: JsonObject): string | null {
  return isObject(origin) && origin.source !== undefined ? '/origin/source' : null;
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
    return detail.includes('there is no array at') ? `${place}/rows` : place;
  }
  const at = table.columns.findIndex((one) => nameOf(one) === column);
  return at === -1 ? `${place}/columns` : pointerTo(`${place}/columns`, at);
}

function nameOf(item: Json): Json | undefined {
  return isObject(item) ? item.name : item;
}
