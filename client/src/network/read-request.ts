/** The request that reads a cache. */

import type { Parameters } from '../api.ts';
import type { Request } from './http.ts';
import type { ReadQuestion } from './transport.ts';

/** Longest path that the service documents, in characters: servers on the way limit paths. */
const MAX_PATH = 4096;

export function readRequest({
  title,
  parameters,
  etag,
  afterVersion,
  maxAgeS,
}: ReadQuestion): Pick<Request, 'path' | 'headers' | 'json'> {
  const base = `/rpc/${encodeURIComponent(title)}/`;
  const query = queryOf(parameters);
  const headers = {
    'X-Delta': 'auto',
    ...(etag !== null && { 'If-None-Match': `"${etag}"` }),
    ...(afterVersion !== null && { 'Last-Event-ID': `v${afterVersion}` }),
    // The service ignores 0, which some HTTP stacks send by themselves.
    ...(maxAgeS !== null && { 'Cache-Control': `max-age=${Math.max(1, Math.floor(maxAgeS))}` }),
  };
  const path = query === '' ? base : `${base}?${query}`;
  return query === null || path.length > MAX_PATH ? { path: base, headers, json: parameters } : { path, headers };
}

/** The parameters as a query; null: a query would mean something else, or cannot express them. */
function queryOf(parameters: Parameters): string | null {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    const isText = typeof value === 'string';
    // If the schema allows both texts and numbers, such a text would be read as a number.
    if (typeof value === 'object' ? value !== null : isText && /^(-?\d|(true|false|null)$)/.test(value)) return null;
    if (name === '' || /[\0\ud800-\udfff]/.test(`${name}${value}`)) return null;
    pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  }
  return pairs.join('&');
}
