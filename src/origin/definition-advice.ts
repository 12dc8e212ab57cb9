/** Warnings in the answer to a PUT about what is accepted and is most likely a mistake (CONTRACT 4). */

import { parameterNames } from '../core/definition.ts';
import type { ParameterSchema } from '../core/parameter-schema.ts';
import { pointerTo } from '../core/pointer.ts';
import { HEADER_PLACEHOLDER } from './check-origin.ts';

/** Headers whose value is a credential, by their usual names. */
const CREDENTIAL =
  /^(?:authorization|cookie)$|(?:api|subscription|access)-?key|(?:auth|access)-?token|secret|password/i;
/** Most warnings about headers. */
const MOST_TOLD = 8;
/** Members of a schema that say nothing about values, or nothing without others. */
const ANNOTATION =
  /^(?:\$(?:schema|id|comment|defs|vocabulary)|type|title|description|default|examples|deprecated|readOnly|writeOnly)$/;

/**
 * A warning for each header whose value seems to be a credential and names no secret: everybody with `cache:inspect`
 * can read definitions. Never contains the value.
 *
 * @param pointer of the headers, such as `/origin/headers`
 */
export function openCredentials(headers: Readonly<Record<string, string>>, pointer: string): string[] {
  return Object.entries(headers)
    .filter(([name, value]) => CREDENTIAL.test(name) && value !== '' && value.search(HEADER_PLACEHOLDER) < 0)
    .slice(0, MOST_TOLD)
    .map(
      ([name]) =>
        `${pointerTo(pointer, name)} seems to hold a credential, which everybody with cache:inspect can read: write $\{ORIGIN_…} there, and set that secret.`,
    );
}

/** A warning for a schema that accepts no parameter although it has members that look like some. */
export function lostParameters(schema: ParameterSchema | undefined): string[] {
  if (schema === undefined || parameterNames(schema)?.length !== 0 || schema.properties !== undefined) return [];
  const names = Object.keys(schema).filter((name) => !ANNOTATION.test(name));
  if (names.length === 0) return [];
  return [
    '/parameters has no "properties", so the resource takes no parameters: write {"properties": {"<name>": {"type": "…"}}}.',
  ];
}
