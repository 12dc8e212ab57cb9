/** Ids derived from content: of caches within a store, and of stores. */

import type { Json, Parameters } from '../api.ts';
import { sha256InScript } from '../data/sha256.ts';

/** Id of a cache: 32 hex digits. The order of parameters does not matter. */
export function cacheId(title: string, parameters: Parameters): string {
  return hash([title, parameters]);
}

/** Name of the database for one user of one service. */
export function storeName(url: string, user: string): string {
  return `freshet:${hash([url.replace(/\/+$/, ''), user])}`;
}

function hash(value: Json): string {
  // ASCII only: other characters are escaped.
  const ascii = canonical(value).replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
  return sha256InScript(ascii).slice(0, 32);
}

/** JSON with members sorted by name; members that JSON omits are omitted. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
