/** Cache keys: one for each resource, set of parameter values and (scope `user`) user, however the values were written. */

import { hash } from 'node:crypto';
import type { Resource } from '../contract/resource.ts';
import type { CacheIdentity, Parameters } from '../ports/entry.ts';
import { canonicalText } from './json-value.ts';

/**
 * The identity of a cache. `parameters` are validated and have their defaults; `owner` is the user for a resource of
 * scope `user`, else null. The key is the SHA-256 (hex) of the canonical JSON (RFC 8785) of `[resource, parameters,
 * owner]`.
 */
export function cacheIdentity(resource: string, parameters: Parameters, owner: string | null): CacheIdentity {
  return { key: hash('sha256', canonicalText([resource, parameters, owner]), 'hex'), resource, parameters, owner };
}

/** The cache that a user reads with these values: a separate one if the resource has scope `user`. */
export function cacheFor(user: string, resource: string, { scope }: Resource, parameters: Parameters): CacheIdentity {
  return cacheIdentity(resource, parameters, scope === 'user' ? user : null);
}

/** Whether the text has the form of a cache key. */
export function isCacheKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
