/** The table of an answer in which each line is a row: an object or an array, as JSON (NDJSON, JSON Lines). */

import { MAX_ORIGIN_NESTING } from '../contract/constants.ts';
import { LoadFailure } from '../contract/problem.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import { JsonEvents } from '../core/json-events.ts';
import type { RowReader, RowSink } from '../ports/rows.ts';
import { Findings } from './findings.ts';
import { JsonRows } from './json-rows.ts';
import type { ReaderOptions } from './reader-options.ts';

const LINE_FEED = 0x0a;
const LINE_END = Uint8Array.of(LINE_FEED);

/** Reads the one table of such a text; empty lines are skipped. JSON strings cannot contain a line feed. */
export function readNdjson(
  [table]: readonly TableDefinition[],
  sink: RowSink,
  { findings, columns }: ReaderOptions = { findings: new Findings() },
): RowReader {
  if (table === undefined) throw new RangeError('NDJSON without a table');
  const events = new JsonEvents(new JsonRows(table, sink, findings, columns?.[0]), MAX_ORIGIN_NESTING);
  let isEmpty = true;
  sink.beginTable(0);
  return {
    write: (bytes) => {
      isEmpty &&= bytes.length === 0;
      for (let at = 0; at < bytes.length; ) {
        const lineFeed = bytes.indexOf(LINE_FEED, at);
        const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
        events.write(bytes.subarray(at, end));
        if (lineFeed !== -1) events.endLine();
        at = end;
      }
    },
    end: () => {
      if (isEmpty && table.missing !== 'empty') {
        const detail = `Table "${table.name}": the answer is empty; tables[].missing: "empty" accepts that as no rows.`;
        throw new LoadFailure('origin-malformed', detail, { place: { table: table.name, member: 'missing' } });
      }
      events.write(LINE_END);
      events.endLine();
      sink.endTable();
    },
  };
}
