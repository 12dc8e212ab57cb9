/** Definitions under a name: how those of webhooks and sources are parsed, and all are written while others write too. */

import * as v from 'valibot';
import { type InputFault, Problem } from '../../contract/problem.ts';
import { faultsOfForm } from '../../core/form-faults.ts';
import { invalidParameters } from '../../core/input-faults.ts';
import { isObject } from '../../core/json-value.ts';
import type { Json } from '../../ports/entry.ts';

const MAX_TRIES = 5;

/**
 * Returns the result of the first attempt to write that no other write interrupted. Each attempt reads the definition
 * just before it writes.
 *
 * @param what name of the written thing, for people
 * @param attempt returns null if another write came first
 * @throws Problem `conflict` if others keep writing; and whatever the attempt throws
 */
export async function retriedOnConflict<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new Problem('conflict', `Others are changing this ${what}. Read it and try again.`);
}

/** Rules for a definition under a name. */
interface Rules<T> {
  schema: v.GenericSchema<unknown, T>;
  name: v.GenericSchema<unknown, string>;
  /** Further faults of a definition that matches the schema. */
  faults: (definition: T) => Iterable<InputFault>;
  /** Limit for the JSON text. */
  mostCharacters: number;
}

/**
 * Parses a definition. An answer to GET can be put back: `name` must be the one in the path, and `state` and `warnings`
 * are ignored.
 *
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export function parseNamed<T>(name: string, body: Json, rules: Rules<T>): T {
  const {
    name: repeated,
    state: _state,
    warnings: _warnings,
    ...rest
  } = isObject(body) ? (body as { [name: string]: Json }) : {};
  const given = isObject(body) ? rest : body;
  const read = v.safeParse(rules.schema, given);
  const faults = faultsOfForm(given, rules.schema, read.issues ?? []);
  const faultOfName = v.safeParse(rules.name, name).issues?.[0]?.message;
  if (faultOfName !== undefined) faults.push({ pointer: '/name', detail: faultOfName });
  if (repeated !== undefined && repeated !== name) {
    faults.push({ pointer: '/name', detail: 'must be the name in the path' });
  }
  // Valibot accepts an array as an object.
  if (read.success && isObject(given)) {
    faults.push(...rules.faults(read.output));
    if (JSON.stringify(read.output).length > rules.mostCharacters) {
      faults.push({ pointer: '', detail: `must have at most ${rules.mostCharacters} characters` });
    }
  }
  if (!read.success || faults.length > 0) throw invalidParameters(faults);
  return read.output;
}
