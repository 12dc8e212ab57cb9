/** Names by content: of caches within a store, and of stores. */

import type { Json, Parameters } from '../api.ts';
import { sha256InScript } from '../data/sha256.ts';

/** Id of a cache: 32 hex digits. The same parameters in another order are the same cache. */
export function cacheId(title: string, parameters: Parameters): string {
  return hash([title, parameters]);
}

/** Name of the database of a user at a service. */
export function storeName(url: string, user: string): string {
  return `freshet:${hash([url.replace(/\/+$/, ''), user])}`;
}

function hash(value: Json): string {
  // Of ASCII alone: all else is escaped.
  const ascii = canonical(value).replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
  return sha256InScript(ascii).slice(0, 32);
}

/** JSON with members in order of their names; what JSON leaves out is left out. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
