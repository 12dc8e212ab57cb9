/** Checks of the paths in a definition of XML (CONTRACT 4 "XML"). */

import { columnDefinition, columnName } from '../../contract/column.ts';
import type { InputFault } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import type { TableDefinition } from '../../contract/table-definition.ts';
import { type XmlStep, xmlSteps } from '../../core/xml-steps.ts';
import { columnSteps } from './xml-rows.ts';
import { ambiguousName, xmlTree } from './xml-tree.ts';

const FORM =
  'must be a path of local names without a prefix, such as /Envelope/Body/Item; {uri}Item is a name of one namespace';

/** All faults, with pointers from the definition's root; none for other formats. */
export function xmlFaults({
  format,
  tables = [],
  origin,
}: Pick<Resource, 'format' | 'tables' | 'origin'>): InputFault[] {
  if (format !== 'xml') return [];
  return [
    ...rowsFaults(tables),
    ...tables.flatMap((table, index) =>
      columnFaults(table).map(({ pointer, detail }) => ({ pointer: `/tables/${index}/columns${pointer}`, detail })),
    ),
    ...placesFaults(origin),
  ];
}

function rowsFaults(tables: readonly TableDefinition[]): InputFault[] {
  const paths = tables.map(({ rows = '' }) => elementSteps(rows));
  const faults = paths.flatMap((steps, index) => {
    const pointer = `/tables/${index}/rows`;
    if (steps === null) return [{ pointer, detail: FORM }];
    const other = paths.slice(0, index).findIndex((earlier) => earlier !== null && holds(earlier, steps));
    const detail = `must not lie at, within or around the rows of table "${tables[other]?.name}"`;
    return other === -1 ? [] : [{ pointer, detail }];
  });
  const mixed = ambiguousName(xmlTree(paths.flatMap((steps) => (steps === null ? [] : [[steps, 0] as const]))));
  return mixed === undefined ? faults : [...faults, { pointer: '/tables', detail: ambiguous(mixed) }];
}

function columnFaults(table: TableDefinition): InputFault[] {
  const faults = table.columns.flatMap((column, index) => {
    if (columnSteps(column) !== null) return [];
    const isGiven = columnDefinition(column).at !== undefined;
    const detail = isGiven
      ? `${FORM}, /@id an attribute, / the text of the row itself`
      : `needs "at": "${columnName(column)}" is not the name of an element`;
    return [{ pointer: `/${index}${isGiven ? '/at' : ''}`, detail }];
  });
  const mixed = ambiguousName(xmlTree(table.columns.map((column) => [columnSteps(column) ?? [], 0] as const)));
  return mixed === undefined ? faults : [...faults, { pointer: '', detail: ambiguous(mixed) }];
}

/** What is wrong with a place outside of rows, such as that of a count; null: nothing. */
export function xmlPlaceFault(place: string, tables: readonly TableDefinition[]): string | null {
  const steps = xmlSteps(place);
  if (steps === null || steps.length === 0) return FORM;
  const table = tables.find(({ rows = '' }) => isWithin(steps, elementSteps(rows)));
  return table === undefined ? null : `must not lie at or within the rows of table "${table.name}"`;
}

/** Faults of all places outside of rows. */
function* placesFaults({ expect = [], pages }: Resource['origin']): Generator<InputFault> {
  const named = [pages?.next, pages?.cursor, pages?.total, pages?.more, ...expect.map(({ at }) => at)];
  const places = named.filter((place) => place?.startsWith('/') === true);
  const mixed = ambiguousName(xmlTree(places.map((place = '') => [xmlSteps(place) ?? [], 0] as const)));
  if (mixed !== undefined) yield { pointer: '/origin', detail: ambiguous(mixed) };
}

/** Null: the path does not lead to an element. */
function elementSteps(path: string): XmlStep[] | null {
  const steps = xmlSteps(path);
  return steps === null || steps.length === 0 || steps.some(({ isAttribute }) => isAttribute) ? null : steps;
}

/** Whether the rows at one place contain those at the other. */
function holds(a: readonly XmlStep[], b: readonly XmlStep[]): boolean {
  return a.length <= b.length ? isWithin(b, a) : isWithin(a, b);
}

/** Whether an element of the inner path may be, or lie within, an element of the outer path. */
function isWithin(inner: readonly XmlStep[], outer: readonly XmlStep[] | null): boolean {
  if (outer === null || outer.length > inner.length) return false;
  return outer.every(({ local, uri }, depth) => {
    const step = inner[depth];
    return step?.local === local && (uri === null || step.uri === null || step.uri === uri);
  });
}

function ambiguous(name: string): string {
  return `must not name ${name} both with a namespace and without one: write {uri}${name} in every path`;
}
