/** Finds parameters none of whose values can end a literal or a clause of a query (CONTRACT 4 "Quotes"). */

import { isObject } from './json-value.ts';
import { follow, fromFragment } from './pointer.ts';

/** Samples that a harmless pattern must refuse. */
const BREAKING = ["'", "a'b", 'a\\', 'a b', 'a&b', 'a)b'];
/** These characters end a literal, so no part of a pattern may match them, whatever surrounds it. */
const ENDING = ["'", '\\'];
/** Parts of a pattern that match no character: look-arounds, beginnings of groups, quantifiers, references. */
const MATCHES_NOTHING =
  /\(\?<?[=!](?:\\.|\[(?:\\.|[^\]\\])*\]|[^()\\[])*\)|\(\?(?::|<[^>=!]*>)|\{[\d,]+\}|\\(?:[bB]|[1-9]\d*|k<[^>]*>)/gs;
/** Parts that match one character: an escape, a class, or the character itself. */
const ATOM =
  /\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|[pP]\{[^}]*\}|.)|\[(?:\\.|[^\]\\])*\]|[^()|*+?^${}[\]\\]/gis;
const SCALARS: ReadonlySet<unknown> = new Set(['integer', 'number', 'boolean', 'null']);
/** Deepest nesting and longest chain of references; anything beyond, as in circular references, is not harmless. */
const MAX_DEPTH = 16;
/** Longest pattern that is examined, characters: the time grows with the square of the length. */
const MAX_PATTERN = 4096;

/**
 * Whether a schema (JSON Schema 2020-12) accepts only numbers, booleans, values of an `enum`, texts of a harmless
 * `pattern` that is anchored at both ends, or lists of these. A schema that this function does not understand is not.
 *
 * @param root the schema in which references are resolved
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

/** Tests each part of the pattern by itself, since samples of one length cannot show what longer values contain. */
function hasEnding(pattern: string): boolean {
  const atoms = pattern.replaceAll(MATCHES_NOTHING, '').match(ATOM) ?? [];
  return atoms.some((atom) => {
    const one = new RegExp(`^${atom}$`, 'su');
    return ENDING.some((text) => one.test(text));
  });
}
