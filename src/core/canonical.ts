/** Canonical JSON: equal values have equal texts, whatever the order of their members. */

import canonicalize from 'canonicalize';

/** The canonical JSON (RFC 8785) of a JSON value; what is undefined in it is left out. */
export function canonicalText(value: unknown): string {
  return canonicalize(value) as string;
}
