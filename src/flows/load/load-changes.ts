/**
 * Incremental loads (DESIGN "Incremental loads"): loads the changes since the last load and applies them to its body,
 * or loads all rows if there is no state to continue from. Both write the rows to R2 in the same way.
 */

import { type Changes, type ChangesState, MAX_CHANGED_BYTES, SINCE_VARIABLE } from '../../contract/changes.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import type { ReadTable } from '../../core/column-places.ts';
import { compareMarks, laterMark, markOf, markValue } from '../../core/watermark.ts';
import { log } from '../../log.ts';
import type { OriginRequest } from '../../origin/build-request.ts';
import { ChangedRows, TooManyChanges } from '../../origin/changes/changed-rows.ts';
import { withoutDeletions } from '../../origin/changes/full-rows.ts';
import { type MarkedTable, markedTable, noCursor } from '../../origin/changes/row-marks.ts';
import { linked } from '../../origin/pages/next-request.ts';
import type { PageReading } from '../../origin/pages/read-pages.ts';
import type { BlobContent } from '../../ports/blobs.ts';
import { CHANGES_ROOM, ROW_BYTES } from '../../ports/memory-shares.ts';
import type { PreviousLoad } from '../../ports/object.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import { BrokenBody, mergeBody } from '../../tables/merge-body.ts';
import { shapeDigest } from '../../tables/row-hash.ts';
import type { LoadedCache, LoadFacts, Loading } from './loading.ts';

/** These statuses refuse the client or the moment, not the link. */
const NOT_OF_LINK = new Set([401, 403, 408, 425, 429]);
const PIECE_BYTES = 8192;
/** Most warnings that a version keeps. */
const MOST_WARNINGS = 8;

type Result = Omit<LoadedCache, 'validators'>;
type Table = NonNullable<Resource['tables']>[number];

/** Loads the changes, or all rows. @throws LoadFailure */
export async function loadChanges(loading: Loading, table: Table, changes: Changes): Promise<Result> {
  const marked = markedTable(table, changes);
  const before = goOnFrom(loading, table, changes);
  if (before !== null) {
    try {
      return await loadSome(loading, { marked, changes, before });
    } catch (error) {
      const reason = reasonForAll(error, loading, changes);
      if (reason === null) throw error;
      log('info', 'refresh.full', { task_id: loading.lease.taskId, reason });
    }
  }
  return loadAll(loading, marked, changes);
}

/** A version, and where its load stopped. */
interface Before {
  previous: PreviousLoad;
  state: ChangesState;
  /** Memory for changes, bytes. */
  room: number;
}

/** Returns where to continue; null: load all rows. */
function goOnFrom({ lease, number, now }: Loading, table: Table, changes: Changes): Before | null {
  const { previous, force } = lease;
  const state = previous?.changes;
  if (previous === null || state === undefined || force || previous.number !== number) return null;
  if (previous.digest !== shapeDigest([table]) || now >= state.fullAt + changes.full_s * 1000) return null;
  if ((changes.link === undefined ? state.since : state.link) === undefined) return null;
  const room = Math.min(MAX_CHANGED_BYTES, CHANGES_ROOM - (previous.rows ?? 0) * ROW_BYTES);
  return room <= 0 ? null : { previous, state, room };
}

/** Returns why this attempt must load all rows after all; null: the load fails. */
function reasonForAll(error: unknown, { status }: Loading, { link }: Changes): string | null {
  if (error instanceof TooManyChanges) return 'too_many_changes';
  if (error instanceof BrokenBody) return 'body_unreadable';
  const isRefused = error instanceof LoadFailure && error.code === 'origin-status' && status >= 400 && status < 500;
  // OData answers 410 and Graph 400 if it no longer knows the link.
  return link !== undefined && isRefused && !NOT_OF_LINK.has(status) ? 'link_gone' : null;
}

async function loadAll(loading: Loading, marked: MarkedTable<Table>, changes: Changes): Promise<Result> {
  const { table } = marked;
  const facts = loading.newFacts([table]);
  const seen = new Marks(changes, null);
  const answers = loading.isOfDatabase
    ? loading.queries({ ...facts, tables: [table] })
    : allPages(loading, { table, seen, facts });
  const rows = withoutDeletions(answers, marked, (mark) => seen.note(mark));
  const result = await loading.loadAll(rows, facts);
  const state = seen.state(loading.now, loading.now, facts);
  return {
    ...result,
    warnings: facts.findings.warnings,
    columns: facts.columns.map((watch) => watch.facts),
    drifted: facts.findings.drifted,
    changes: state,
  };
}

async function loadSome(
  loading: Loading,
  { marked, changes, before }: { marked: MarkedTable<Table>; changes: Changes; before: Before },
): Promise<Result> {
  const { previous, state, room } = before;
  const facts = loading.newFacts([marked.table]);
  const seen = new Marks(changes, state.since ?? null);
  const changed = new ChangedRows(room, marked.marksOf, (mark) => seen.note(mark));
  const { table } = marked;
  for await (const { body, reader } of answersOfChanges(loading, { table, changes, state, seen, facts })) {
    const read = reader([table], changed);
    for await (const chunk of body) {
      for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
        read.write(chunk.subarray(at, at + PIECE_BYTES));
        await loading.weigh(changed.changes.size);
      }
    }
    read.end();
  }
  const result =
    changed.changes.size === 0
      ? { change: null, inserted: 0, deleted: 0 }
      : await loading.loadRows([await mergedAnswer(loading, previous, changed.changes)]);
  const nextState = seen.state(loading.now, state.fullAt, facts);
  // Warnings about all rows stay valid: the changed rows add only their own.
  const warnings = [...new Set([...(previous.warnings ?? []), ...facts.findings.warnings])].slice(0, MOST_WARNINGS);
  return {
    ...result,
    warnings,
    ...(previous.columns === undefined ? {} : { columns: previous.columns }),
    drifted: facts.findings.drifted,
    changes: nextState,
  };
}

/** How to read answers with rows. */
interface Reading {
  table: Table & ReadTable;
  seen: Marks;
  facts: LoadFacts;
}

function allPages(loading: Loading, { table, seen, facts }: Reading): AsyncIterable<TableAnswer> {
  const definition = { ...loading.definition, tables: [table] };
  return loading.pages({ ...facts, definition, request: loading.request(), ...seen.reading(loading) });
}

function answersOfChanges(
  loading: Loading,
  { table, changes, state, seen, facts }: Reading & { changes: Changes; state: ChangesState },
): AsyncIterable<TableAnswer> {
  const since = () => ({ [SINCE_VARIABLE]: markValue(state.since ?? '', changes) });
  if (changes.sql !== undefined)
    return loading.queries({ ...facts, tables: [{ ...table, sql: changes.sql }] }, since());
  const definition = { ...loading.definition, tables: [table] };
  const request =
    changes.link === undefined ? loading.request(changes, since()) : requestOfLink(loading, state.link ?? '');
  return loading.pages({ ...facts, definition, request, isFull: false, ...seen.reading(loading) });
}

/** The link was checked when it came. It is checked again, because the allowed hosts may have changed. */
function requestOfLink(loading: Loading, link: string): OriginRequest {
  const first = loading.request();
  return linked(first, link, { base: first.url, rehost: loading.definition.origin.pages?.rehost ?? false });
}

async function mergedAnswer(
  { input }: Loading,
  { fence, bytes }: PreviousLoad,
  changes: ChangedRows['changes'],
): Promise<TableAnswer> {
  const content = await input.blobs.get(input.key, fence, 'body', { offset: 0, length: bytes });
  if (content === null) throw new BrokenBody('the body of the previous version is missing');
  return { body: piecesOf(content), reader: mergeBody(changes) };
}

async function* piecesOf(content: BlobContent): AsyncGenerator<Uint8Array, void> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  const reader = content.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** How far the rows of one load have got. */
class Marks {
  readonly #changes: Changes;
  readonly #before: string | null;
  #latest: string | null = null;
  #link: string | null = null;

  constructor(changes: Changes, before: string | null) {
    this.#changes = changes;
    this.#before = before;
  }

  note(mark: string): void {
    this.#latest = laterMark(this.#changes.as ?? 'time', this.#latest, mark);
  }

  /** Options for reading pages that find the link on the last one. */
  reading(loading: Loading): Pick<PageReading, 'last'> {
    const { link: place } = this.#changes;
    if (place === undefined) return {};
    const rehost = loading.definition.origin.pages?.rehost ?? false;
    return {
      last: {
        place,
        tell: (found, base) => {
          this.#link = found === null ? null : linked(loading.request(), found.text.trim(), { base, rehost }).url.href;
        },
      },
    };
  }

  /**
   * Returns where the next load continues. `now` is when this load began. A later mark in a row counts as `now`;
   * otherwise it would hide all later changes.
   */
  state(now: number, fullAt: number, { findings, columns }: LoadFacts): ChangesState {
    const { as: kind = 'time', link: place, cursor } = this.#changes;
    if (place !== undefined) {
      if (this.#link === null) {
        findings.warn(`The origin's last page has no link at "${place}", so the next load reads all rows.`);
      }
      return this.#link === null ? { fullAt } : { fullAt, link: this.#link };
    }
    const begun = markOf(now);
    const isLate = this.#latest !== null && kind === 'time' && compareMarks(kind, this.#latest, begun) > 0;
    const since = laterMark(kind, this.#before, isLate ? begun : this.#latest);
    if (since !== null) return { fullAt, since };
    if (cursor !== undefined && columns.some(({ rows }) => rows > 0)) findings.warn(noCursor(cursor));
    return { fullAt };
  }
}
