/** The table of an answer in which each line is a row: an object or an array, as JSON (NDJSON, JSON Lines). */

import { MAX_ORIGIN_NESTING } from '../contract/constants.ts';
import type { MakeRowReader } from '../contract/rows.ts';
import { JsonEvents } from '../core/json-events.ts';
import { JsonRows } from './json-rows.ts';

const LINE_FEED = 0x0a;
const LINE_END = Uint8Array.of(LINE_FEED);

/** Reads the one table of such a text; empty lines are skipped. JSON has no line feed within its strings. */
export const readNdjson: MakeRowReader = ([table], sink) => {
  if (table === undefined) throw new RangeError('NDJSON without a table');
  const events = new JsonEvents(new JsonRows(table, sink), MAX_ORIGIN_NESTING);
  sink.beginTable(0);
  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const lineFeed = bytes.indexOf(LINE_FEED, at);
        const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
        events.write(bytes.subarray(at, end));
        if (lineFeed !== -1) events.endLine();
        at = end;
      }
    },
    end: () => {
      events.write(LINE_END);
      events.endLine();
      sink.endTable();
    },
  };
};
