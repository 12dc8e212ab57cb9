/** Which parameters have only values that cannot end a literal or a clause of a query (CONTRACT 4 "Quotes"). */

import { isObject } from './is-object.ts';
import { follow, fromFragment } from './pointer.ts';

/** Values that a pattern must refuse to be taken for harmless. */
const BREAKING = ["'", "a'b", 'a\\', 'a b', 'a&b', 'a)b'];
const SCALARS: ReadonlySet<unknown> = new Set(['integer', 'number', 'boolean', 'null']);
/** References that lead in a circle, or nearly, say nothing. */
const MAX_DEPTH = 16;

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
  if (typeof pattern !== 'string' || !/^\^.*(?<!\\)(?:\\\\)*\$$/s.test(pattern)) return false;
  try {
    const expression = new RegExp(pattern, 'u');
    return !BREAKING.some((text) => expression.test(text));
  } catch {
    return false;
  }
}
