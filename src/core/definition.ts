/** Resource definitions (CONTRACT 4): their faults, and which changes of a definition expire loaded data. */

import * as v from 'valibot';
import { type Column, columnDefinition } from '../contract/column.ts';
import { LONG_TIMEOUT_S } from '../contract/pages.ts';
import type { InputFault } from '../contract/problem.ts';
import { Resource } from '../contract/resource.ts';
import type { Json } from '../ports/entry.ts';
import { digestTag } from './etag.ts';
import { faultsOfForm } from './form-faults.ts';
import { canonicalText, isObject } from './json-value.ts';
import type { ParameterSchema } from './parameter-schema.ts';
import { faultsOfParameterSchema } from './parameter-schema-rules.ts';
import { faultOfSchedule } from './schedule.ts';
import { faultsOfLines, faultsOfTables, faultsOfText, faultsOfXml } from './table-faults.ts';

/** A definition with its defaults (null if its form is wrong) and all faults that were found. */
export interface ReadDefinition {
  definition: Resource | null;
  faults: InputFault[];
}

/** Reads a definition as `PUT /resources/<title>/` accepts it; checks that depend on the service are made elsewhere. */
export function readDefinition(body: Json): ReadDefinition {
  const read = v.safeParse(Resource, body);
  const given = isObject(body) ? body : {};
  const faults = [
    ...faultsOfForm(body, Resource, read.issues ?? []),
    ...(isObject(given.parameters) ? faultsOfParameterSchema(given.parameters, '/parameters') : []),
    ...faultsOfTables(given.tables, given.format),
    ...faultsOfLines(given.format, given.tables),
    ...faultsOfXml(given.format, given.tables),
    ...faultsOfText(given),
    ...faultsOfGuard(given.guard, given.tables),
    ...faultsOfSchedule(given.schedule),
  ];
  return { definition: read.success && faults.length === 0 ? withUsualTime(given, read.output) : null, faults };
}

/** Loads in pages and queries have a longer default time-out than one answer. */
function withUsualTime(given: Readonly<Record<string, unknown>>, definition: Resource): Resource {
  const { origin, tables = [] } = definition;
  const isLong = origin.pages !== undefined || tables.some(({ sql }) => sql !== undefined);
  if (!isLong || (isObject(given.origin) && 'timeout_s' in given.origin)) return definition;
  return { ...definition, origin: { ...origin, timeout_s: LONG_TIMEOUT_S } };
}

/** Names of parameters that the schema lists; null: it also accepts other names. */
export function parameterNames(schema: ParameterSchema): string[] | null {
  const open = ['additionalProperties', 'unevaluatedProperties'].some(
    (keyword) => schema[keyword] !== undefined && schema[keyword] !== false,
  );
  if (open || schema.patternProperties !== undefined) return null;
  return isObject(schema.properties) ? Object.keys(schema.properties) : [];
}

/** Whether data that was loaded under `before` counts as expired under `after`. */
export function mattersToLoads(before: Resource, after: Resource): boolean {
  const decisive = (definition: Resource) => {
    const { origin, parameters = {}, scope, format, charset, csv, tables = [] } = withDefaults(definition);
    const { delimiter = ',', quote = '"', header = true } = csv ?? {};
    const text = [
      charset?.toLowerCase() ?? (format === 'csv' || format === 'xml' ? null : 'utf-8'),
      delimiter,
      quote,
      header,
    ];
    // The order of columns counts: in rows without names it decides which cell is meant.
    const shapes = tables.map((table) => ({ ...table, columns: table.columns.map(cellsOf) }));
    return canonicalText({ origin, parameters, scope, format, text, tables: shapes });
  };
  return decisive(before) !== decisive(after);
}

/**
 * What the cells of a column depend on. `required` and `optional` only apply to the next load, so they do not expire
 * loaded data.
 */
function cellsOf(column: Column): Json {
  const { name, at, as = 'json', zone, decimal = '.', group, pattern, null: nulls = [] } = columnDefinition(column);
  return {
    name,
    at: at ?? null,
    as,
    zone: zone ?? null,
    decimal,
    group: group ?? null,
    pattern: pattern ?? null,
    nulls,
  };
}

/** Whether two definitions are equal, whatever the order of their members. */
export function sameDefinition(one: Resource, other: Resource): boolean {
  return canonicalText(withDefaults(one)) === canonicalText(withDefaults(other));
}

/** Names of the members in which the two differ; a default equals the same written value. */
export function changedMembers(before: Resource | null, after: Resource): string[] {
  const [old, current] = [before === null ? {} : withDefaults(before), withDefaults(after)] as Record<
    string,
    unknown
  >[];
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(current ?? {})]);
  return [...names].filter((name) => canonicalText([old?.[name] ?? null]) !== canonicalText([current?.[name] ?? null]));
}

/** A definition that an earlier release stored lacks later members: fills in their defaults, which keep its meaning. */
function withDefaults(definition: Resource): Resource {
  const read = v.safeParse(Resource, definition);
  return read.success ? read.output : definition;
}

/** Entity tag, without quotes, of a definition with its title. */
export function definitionEtag(title: string, definition: Resource): string {
  return digestTag(canonicalText([title, definition]));
}

/** Without tables there are no rows to count, so a guard would guard nothing. */
function faultsOfGuard(guard: unknown, tables: unknown): InputFault[] {
  if (!isObject(guard) || tables !== undefined) return [];
  return [{ pointer: '/guard', detail: 'needs tables: it counts their rows' }];
}

function faultsOfSchedule(schedule: unknown): InputFault[] {
  const detail = typeof schedule === 'string' ? faultOfSchedule(schedule) : null;
  return detail === null ? [] : [{ pointer: '/schedule', detail }];
}
