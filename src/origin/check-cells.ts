/** Checks of a definition's columns and of what it says about the text of answers (CONTRACT 4 "Columns" and "Cells"). */

import { type Column, columnDefinition } from '../contract/column.ts';
import type { InputFault } from '../contract/problem.ts';
import type { Resource } from '../contract/resource.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { columnTokens, isCellNumber, isInOrder } from '../core/column-places.ts';
import { faultOfPattern, isUnit } from './cells/date-pattern.ts';
import { isZone } from './cells/time-zone.ts';
import { encodingOf } from './charset.ts';

/** All faults, with pointers from the definition's root. */
export function cellFaults({ charset, csv, format, tables = [] }: Resource): InputFault[] {
  const faults = tables.flatMap((table, index) => {
    const isNumbered = format === 'csv' && csv?.header === false && !isInOrder(table);
    return columnFaults(table, (column) => [
      ...typeFaults(column),
      ...(format === 'csv' ? placeFaults(column, isNumbered) : []),
    ]).map(({ pointer, detail }) => ({ pointer: `/tables/${index}/columns/${pointer}`, detail }));
  });
  if (charset !== undefined && encodingOf(charset) === null) {
    faults.push({ pointer: '/charset', detail: 'must be a label of the Encoding standard, such as windows-1251' });
  }
  return faults;
}

function columnFaults({ columns }: TableDefinition, faultsOf: (column: Column) => InputFault[]): InputFault[] {
  return columns.flatMap((column, index) =>
    faultsOf(column).map(({ pointer, detail }) => ({
      // A column given only as a name has no members.
      pointer: typeof column === 'string' ? `${index}` : `${index}/${pointer}`,
      detail,
    })),
  );
}

/** Lines have no nested objects; without a header their cells have only numbers. */
function placeFaults(column: Column, isNumbered: boolean): InputFault[] {
  const [first = '', ...deeper] = columnTokens(column);
  if (deeper.length > 0) return [{ pointer: 'at', detail: 'must lead to a cell of the line, as in /name or /3' }];
  if (!isNumbered || isCellNumber(first)) return [];
  const detail = 'must be the position of a cell, such as /3, because no line names the columns';
  return [{ pointer: 'at', detail }];
}

/** Members that have no meaning for the type, and members that the type requires. */
function typeFaults(column: Column): InputFault[] {
  const { as, zone, decimal, pattern, group } = columnDefinition(column);
  const faults: InputFault[] = [];
  const add = (pointer: string, detail: string) => faults.push({ pointer, detail });
  if (decimal !== undefined && as !== 'number') add('decimal', 'needs "as": "number"');
  if (group !== undefined && as !== 'number') add('group', 'needs "as": "number"');
  if (group === (decimal ?? '.')) add('group', 'must differ from decimal, which is a point if left out');
  if (zone !== undefined && as !== 'time') add('zone', 'needs "as": "time"');
  else if (zone !== undefined && !isZone(zone)) add('zone', 'must be a time zone (IANA), such as Europe/Berlin');
  if (pattern === undefined) return faults;
  if (as !== 'time' && as !== 'date') add('pattern', 'needs "as": "time" or "date"');
  if (isUnit(pattern)) {
    if (zone !== undefined) add('zone', 'must not be given with a count since 1970, which is in UTC');
    return faults;
  }
  const fault = faultOfPattern(pattern);
  if (fault !== null) add('pattern', fault);
  if (as === 'time' && zone === undefined) add('zone', 'is required with a pattern: it has no offset');
  return faults;
}
