/** Cache keys: one for each resource, set of parameter values and (scope `user`) user, however they were written. */

import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { CacheIdentity, Parameters } from '../contract/entry.ts';

/**
 * The identity of a cache. `parameters` are validated and have their defaults; `owner` is the user for a resource of
 * scope `user`, else null. The key is the SHA-256 (hex) of the canonical JSON (RFC 8785) of `[resource, parameters, owner]`.
 */
export function cacheIdentity(resource: string, parameters: Parameters, owner: string | null): CacheIdentity {
  const text = canonicalize([resource, parameters, owner]) as string;
  return { key: hash('sha256', text, 'hex'), resource, parameters, owner };
}

/** Whether the text has the form of a cache key. */
export function isCacheKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
