/** Resource definitions (CONTRACT 4): what is wrong with one, and which of its changes matter to what was loaded. */

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

/** A definition with its defaults (null when its form is wrong) and every fault found in it. */
export interface ReadDefinition {
  definition: Resource | null;
  faults: InputFault[];
}

/** Reads a definition as `PUT /resources/<title>/` takes it; what must be known of the service is checked elsewhere. */
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

/** Pages and queries take longer than one answer. */
function withUsualTime(given: Readonly<Record<string, unknown>>, definition: Resource): Resource {
  const { origin, tables = [] } = definition;
  const isLong = origin.pages !== undefined || tables.some(({ sql }) => sql !== undefined);
  if (!isLong || (isObject(given.origin) && 'timeout_s' in given.origin)) return definition;
  return { ...definition, origin: { ...origin, timeout_s: LONG_TIMEOUT_S } };
}

/** Names that the schema of the parameters knows; null: it lets others in as well. */
export function parameterNames(schema: ParameterSchema): string[] | null {
  const open = ['additionalProperties', 'unevaluatedProperties'].some(
    (keyword) => schema[keyword] !== undefined && schema[keyword] !== false,
  );
  if (open || schema.patternProperties !== undefined) return null;
  return isObject(schema.properties) ? Object.keys(schema.properties) : [];
}

/** Whether what was loaded under the one counts as expired under the other. */
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
    // In their order: where rows have no names, it says which cell is meant.
    const shapes = tables.map((table) => ({ ...table, columns: table.columns.map(cellsOf) }));
    return canonicalText({ origin, parameters, scope, format, text, tables: shapes });
  };
  return decisive(before) !== decisive(after);
}

/** What the cells of a column depend on. What it may lack is a rule for the next load: what was loaded stays as good as it was. */
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

/** Whether the two say the same, in whatever order. */
export function sameDefinition(one: Resource, other: Resource): boolean {
  return canonicalText(withDefaults(one)) === canonicalText(withDefaults(other));
}

/** Names of the members in which the two differ; defaults count as written. */
export function changedMembers(before: Resource | null, after: Resource): string[] {
  const [old, current] = [before === null ? {} : withDefaults(before), withDefaults(after)] as Record<
    string,
    unknown
  >[];
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(current ?? {})]);
  return [...names].filter((name) => canonicalText([old?.[name] ?? null]) !== canonicalText([current?.[name] ?? null]));
}

/** What an earlier release stored lacks the members that have come since: their defaults say what was meant. */
function withDefaults(definition: Resource): Resource {
  const read = v.safeParse(Resource, definition);
  return read.success ? read.output : definition;
}

/** Entity tag, without quotes, of a definition under its title. */
export function definitionEtag(title: string, definition: Resource): string {
  return digestTag(canonicalText([title, definition]));
}

/** Without tables there are no rows to count: a guard that guards nothing is a mistake. */
function faultsOfGuard(guard: unknown, tables: unknown): InputFault[] {
  if (!isObject(guard) || tables !== undefined) return [];
  return [{ pointer: '/guard', detail: 'needs tables: it counts their rows' }];
}

function faultsOfSchedule(schedule: unknown): InputFault[] {
  const detail = typeof schedule === 'string' ? faultOfSchedule(schedule) : null;
  return detail === null ? [] : [{ pointer: '/schedule', detail }];
}
