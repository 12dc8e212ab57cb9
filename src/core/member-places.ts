/** Where else a body's schema has a member, to tell the right place for one that is in the wrong place. */

import type * as v from 'valibot';

/** The parts of a valibot schema that lead to its members. */
export type WalkedSchema = v.GenericSchema & {
  wrapped?: WalkedSchema;
  entries?: Readonly<Record<string, WalkedSchema>>;
  item?: WalkedSchema;
  options?: readonly unknown[];
  pipe?: readonly [WalkedSchema, ...unknown[]];
};

/** A member that more objects than this have, such as `name`, may belong to any of them. */
const MOST_PLACES = 2;

/** By schema, then by name. Schemas are constants of modules, so there are few. */
const known = new WeakMap<v.GenericSchema, ReadonlyMap<string, ReadonlySet<string>>>();

/**
 * The objects of a schema that have a member of this name, as docs/resources.md writes them: `in "origin"`,
 * `in "tables[].columns[]"`, `at the top`. Empty if there are none, or too many to help.
 */
export function placesOf(name: string, schema: v.GenericSchema): readonly string[] {
  const all = known.get(schema) ?? placesIn(schema);
  known.set(schema, all);
  const places = [...(all.get(name) ?? [])];
  return places.length > MOST_PLACES ? [] : places;
}

function placesIn(schema: v.GenericSchema): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const walk = ({ wrapped, entries, item, options = [], pipe }: WalkedSchema, path: string): void => {
    if (wrapped !== undefined) walk(wrapped, path);
    for (const option of options) if (isSchema(option)) walk(option, path);
    // A pipe repeats the members of its first schema.
    if (entries === undefined && item === undefined && pipe !== undefined) walk(pipe[0], path);
    if (item !== undefined) walk(item, `${path}[]`);
    for (const [name, member] of Object.entries(entries ?? {})) {
      places.set(name, (places.get(name) ?? new Set()).add(path === '' ? 'at the top' : `in "${path}"`));
      walk(member, path === '' ? name : `${path}.${name}`);
    }
  };
  walk(schema, '');
  return places;
}

function isSchema(option: unknown): option is WalkedSchema {
  return typeof option === 'object' && option !== null && 'kind' in option;
}
