/** How a probe reads an answer: what it has seen so far, where it stops, and which rows it shows. */

import { PROBE_BYTES, type ProbedPage } from '../../contract/probe.ts';
import type { Resource } from '../../contract/resource.ts';
import { withoutDeletions } from '../../origin/changes/full-rows.ts';
import { markedTable, noCursor } from '../../origin/changes/row-marks.ts';
import type { Findings } from '../../origin/findings.ts';
import type { Fetch } from '../../ports/network.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import type { FirstRows } from '../../tables/first-rows.ts';

/** How to read answers. */
export interface ProbeRows {
  /** Including the cells that are needed in addition to those of columns. */
  definition: Resource;
  /** Receives the rows to show. */
  first: FirstRows;
  /** Same answers, without the rows that are deletions. */
  past(answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>): AsyncIterable<TableAnswer> | Iterable<TableAnswer>;
  /** Warns, once rows were read, if no row says when it changed. */
  check(findings: Findings): void;
}

/**
 * Reads rows as a load would, including the cells that `origin.changes` needs (CONTRACT 4 "Changes of origins").
 *
 * @param first receives the rows to show
 */
export function probeRows(definition: Resource, first: FirstRows): ProbeRows {
  const { changes } = definition.origin;
  const [table] = definition.tables ?? [];
  if (table === undefined || changes === undefined) {
    return { definition, first, past: (answers) => answers, check: () => undefined };
  }
  const marked = markedTable(table, changes);
  const { cursor } = changes;
  let hasMark = false;
  const onMark = () => {
    hasMark = true;
  };
  return {
    definition: { ...definition, tables: [marked.table] },
    first,
    past: (answers) => withoutDeletions(answers, marked, onMark),
    check: (findings) => {
      if (cursor !== undefined && first.rows > 0 && !hasMark) findings.warn(noCursor(cursor));
    },
  };
}

/** What the probe has seen so far. */
export interface Seen {
  status: number | null;
  contentType: string | null;
  bytes: number;
  cut: boolean;
  pages: ProbedPage[];
}

/** A `fetch` that records status and type of the last answer. */
export function watched(seen: Seen, fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    seen.status = response.status;
    seen.contentType = response.headers.get('Content-Type');
    const page = seen.pages.at(-1);
    if (page !== undefined) page.status = response.status;
    return response;
  };
}

/** Whether the probe reads no further; the rest of the answer is cut off. */
export function isFull(seen: Seen, piece: Uint8Array): boolean {
  seen.bytes += piece.byteLength;
  const page = seen.pages.at(-1);
  if (page !== undefined) page.bytes += piece.byteLength;
  seen.cut = seen.bytes >= PROBE_BYTES;
  return seen.cut;
}
