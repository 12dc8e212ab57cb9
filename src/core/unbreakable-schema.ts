/** Which parameters have only values that cannot end a literal or a clause of a query (CONTRACT 4 "Quotes"). */

import { isObject } from './json-value.ts';
import { follow, fromFragment } from './pointer.ts';

/** Values that a pattern must refuse to be taken for harmless. */
const BREAKING = ["'", "a'b", 'a\\', 'a b', 'a&b', 'a)b'];
/** They end a literal, so no part of a pattern may match them, whatever stands round it. */
const ENDING = ["'", '\\'];
/** What narrows a pattern and matches no character itself: look-arounds, the heads of groups, quantifiers, references. */
const MATCHES_NOTHING =
  /\(\?<?[=!](?:\\.|\[(?:\\.|[^\]\\])*\]|[^()\\[])*\)|\(\?(?::|<[^>=!]*>)|\{[\d,]+\}|\\(?:[bB]|[1-9]\d*|k<[^>]*>)/gs;
/** What matches one character: an escape, a class, or the character itself. */
const ATOM =
  /\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|[pP]\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|[^()|*+?^${}[\]\\]/gis;
const SCALARS: ReadonlySet<unknown> = new Set(['integer', 'number', 'boolean', 'null']);
/** References that lead in a circle, or nearly, say nothing. */
const MAX_DEPTH = 16;
/** Longest pattern that is looked into, characters: the look takes time with the square of it. */
const MAX_PATTERN = 4096;

/**
 * Whether a schema (JSON Schema 2020-12) has only numbers, booleans, values of an `enum`, or texts of a `pattern` that is
 * anchored at both ends and harmless; lists of such, too. What is not understood counts as not.
 *
 * @param root the schema that references begin at
 */
export function isUnbreakable(schema: unknown, root: unknown, depth = 0): boolean {
  if (!isObject(schema) || depth > MAX_DEPTH) return false;
  const inner = (part: unknown) => isUnbreakable(part, root, depth + 1);
  if (Array.isArray(schema.enum) || schema.const !== undefined) return true;
  const types = [schema.type].flat();
  if (schema.type !== undefined && types.every((type) => hasHarmless(type, schema, inner))) return true;
  if (typeof schema.$ref === 'string' && schema.$ref.startsWith('#')) {
    return inner(follow(root, fromFragment(schema.$ref.slice(1))));
  }
  const every = [schema.anyOf, schema.oneOf].filter((branches) => Array.isArray(branches));
  if (every.some((branches) => branches.length > 0 && branches.every(inner))) return true;
  return Array.isArray(schema.allOf) && schema.allOf.some(inner);
}

function hasHarmless(type: unknown, schema: Record<string, unknown>, inner: (part: unknown) => boolean): boolean {
  if (SCALARS.has(type)) return true;
  if (type === 'string') return isHarmlessPattern(schema.pattern);
  return type === 'array' && schema.prefixItems === undefined && inner(schema.items);
}

function isHarmlessPattern(pattern: unknown): boolean {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN || !/^\^.*(?<!\\)(?:\\\\)*\$$/s.test(pattern))
    return false;
  try {
    const expression = new RegExp(pattern, 'u');
    return !BREAKING.some((text) => expression.test(text)) && !hasEnding(pattern);
  } catch {
    return false;
  }
}

/** Values of any length: a sample of one length shows nothing of them. */
function hasEnding(pattern: string): boolean {
  const atoms = pattern.replaceAll(MATCHES_NOTHING, '').match(ATOM) ?? [];
  return atoms.some((atom) => {
    const one = new RegExp(`^${atom}$`, 'su');
    return ENDING.some((text) => one.test(text));
  });
}
