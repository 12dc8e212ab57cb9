/** Faults of a definition's tables, beside the form of their members (CONTRACT 4 "Tables"). */

import type { InputFault } from '../contract/problem.ts';
import { isObject } from './json-value.ts';
import { pointerTo } from './pointer.ts';

/** @param tables as given, of any form; the same holds for the functions below */
export function faultsOfTables(tables: unknown, format: unknown): InputFault[] {
  if (!Array.isArray(tables)) return [];
  const names = new Set<unknown>();
  return tables.flatMap((table, index) => {
    if (!isObject(table)) return [];
    const faults: InputFault[] = [];
    const pointer = pointerTo('/tables', index);
    if (table.rows === undefined && table.sql === undefined && !isOfLines(format)) {
      faults.push({ pointer: `${pointer}/rows`, detail: 'is required' });
    }
    if (names.has(table.name)) {
      faults.push({ pointer: `${pointer}/name`, detail: 'must differ from the names of the other tables' });
    }
    names.add(table.name);
    return [...faults, ...faultsOfKey(table).map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }))];
  });
}

/** A key consists of columns, each at most once. */
function faultsOfKey({ key, columns }: Readonly<Record<string, unknown>>): InputFault[] {
  if (!Array.isArray(key) || !Array.isArray(columns)) return [];
  const names = new Set(columns.map((column) => (isObject(column) ? column.name : column)));
  return key.flatMap((name, index) => {
    const pointer = `/key/${index}`;
    if (!names.has(name)) return [{ pointer, detail: 'must be the name of a column' }];
    return key.indexOf(name) < index ? [{ pointer, detail: 'must not repeat a column' }] : [];
  });
}

/** XML is only read for tables. A row is an element, and one element counts as a list of one. */
export function faultsOfXml(format: unknown, tables: unknown): InputFault[] {
  if (format !== 'xml') return [];
  if (tables === undefined) return [{ pointer: '/tables', detail: 'is required with the format "xml"' }];
  if (!Array.isArray(tables)) return [];
  return tables.flatMap((table, index) =>
    isObject(table) && table.single === true
      ? [
          {
            pointer: `/tables/${index}/single`,
            detail: 'must not be given with the format "xml": one element is a row already',
          },
        ]
      : [],
  );
}

/** The line formats (NDJSON, CSV) have one table, which is the whole answer. */
export function faultsOfLines(format: unknown, tables: unknown): InputFault[] {
  if (!isOfLines(format)) return [];
  if (tables === undefined) return [{ pointer: '/tables', detail: `is required with the format "${format}"` }];
  if (!Array.isArray(tables)) return [];
  const [table, ...others] = tables;
  const faults: InputFault[] = [];
  if (others.length > 0) faults.push({ pointer: '/tables', detail: `must be one table with the format "${format}"` });
  if (!isObject(table)) return faults;
  const detail = `must not be given with the format "${format}"`;
  if (table.rows !== undefined) faults.push({ pointer: '/tables/0/rows', detail });
  if (table.single === true) faults.push({ pointer: '/tables/0/single', detail });
  return faults;
}

/** Members about the text of an answer, in definitions whose answer is not read as text. */
export function faultsOfText({ charset, csv, format, tables }: Readonly<Record<string, unknown>>): InputFault[] {
  const faults: InputFault[] = [];
  if (csv !== undefined && format !== 'csv') faults.push({ pointer: '/csv', detail: 'needs the format "csv"' });
  if (charset !== undefined && tables === undefined) {
    faults.push({ pointer: '/charset', detail: 'needs tables: other bodies pass through as they are' });
  }
  return faults;
}

function isOfLines(format: unknown): format is 'ndjson' | 'csv' {
  return format === 'ndjson' || format === 'csv';
}
