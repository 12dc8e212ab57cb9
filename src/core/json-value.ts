/** JSON values: whether they are objects, and whether they are equal. */

import canonicalize from 'canonicalize';

/** Whether the value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The canonical JSON (RFC 8785) of a value: equal values have equal texts, whatever the order of their members.
 * Undefined members are left out.
 */
export function canonicalText(value: unknown): string {
  return canonicalize(value) as string;
}
