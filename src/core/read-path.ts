/** The path from which a cache is read, for devices that did not get its body inline. */

import { API_BASE } from '../contract/constants.ts';
import type { Resource } from '../contract/resource.ts';
import type { CacheIdentity, Parameters } from '../ports/entry.ts';
import { cacheFor } from './cache-key.ts';
import { parametersFromQuery } from './parameters.ts';

/** Longest path in an answer, characters: servers and proxies on the way limit what they accept. */
const MAX_PATH = 4096;

/**
 * The path and query of `GET /rpc/` for the cache; null: a query cannot express the parameters, so only POST can. A
 * query has no arrays and objects, and it would read a text such as `1982` as a number if the schema accepts both.
 *
 * @param given the parameters as the client gave them, without defaults
 */
export function readPath(
  { key, resource }: CacheIdentity,
  given: Parameters,
  definition: Resource,
  user: string,
): string | null {
  const pairs = Object.entries(given).map(([name, value]) => [name, textOf(value)] as const);
  const query = pairs.map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text ?? '')}`).join('&');
  const path = `${API_BASE}/rpc/${encodeURIComponent(resource)}/${query === '' ? '' : `?${query}`}`;
  if (path.length > MAX_PATH) return null;
  const said: [string, string][] = [];
  for (const [name, text] of pairs) {
    if (name === '' || text === null || text.includes('\0')) return null;
    said.push([name, text]);
  }
  try {
    return cacheFor(user, resource, definition, parametersFromQuery(definition, said)).key === key ? path : null;
  } catch {
    return null;
  }
}

function textOf(value: Parameters[string]): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? null : String(value);
}
