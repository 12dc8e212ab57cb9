/** All pages of one attempt, in order, each once, as the answers of one table (DESIGN "Invariants"). */

import type { Pages } from '../../contract/pages.ts';
import { LoadFailure } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import type { TableAnswer } from '../../ports/rows.ts';
import type { OriginRequest } from '../build-request.ts';
import type { ColumnWatch } from '../column-watch.ts';
import type { NewAnswer } from '../fetch-origin.ts';
import type { Findings } from '../findings.ts';
import { PlaceTree } from '../place-tree.ts';
import { readAnswer } from '../read-answer.ts';
import type { PageAsker } from './ask-pages.ts';
import { PageValues, type PlacedValue } from './page-values.ts';
import { PageWalk } from './page-walk.ts';
import { PagedRows } from './paged-rows.ts';

/** What pages are read with. */
export interface PageReading {
  /** With one table, which may have hidden cells. */
  definition: Resource;
  pages: Pages;
  /** The definition's own request, or the one for its changes. */
  request: OriginRequest;
  /** Whether the answers have all rows: else a count of rows is of others. */
  isFull?: boolean;
  /** A place whose value the last page has, and who is told of it. */
  last?: { place: string; tell: (value: PlacedValue | null, url: URL) => void };
  asker: Pick<PageAsker, 'page'>;
  findings: Findings;
  /** Are told of the columns of all pages. */
  columns: readonly ColumnWatch[];
  /** Is told of each page that was read, and what follows it; false ends the reading there. */
  onPage?: (rows: number, next: OriginRequest | null) => boolean;
}

/**
 * Asks for the next page once the one before has been read to its end.
 *
 * @throws LoadFailure: whatever fails, all of the attempt is to be dropped
 */
export async function* readPages(reading: PageReading): AsyncGenerator<TableAnswer, void> {
  const { pages, asker, findings, onPage } = reading;
  const walk = new PageWalk(pages, reading.request, {
    onDrift: (count, text) => findings.drift('offCount', count, text),
    isFull: reading.isFull ?? true,
  });
  const rows = new PagedRows(pages.offset !== undefined || pages.page !== undefined);
  let number = 0;
  for (let request: OriginRequest | null = walk.first; request !== null; ) {
    number += 1;
    const where = (error: unknown) => onPageNumber(number, error);
    const answer = await asker.page(request).catch((error: unknown) => {
      throw where(error);
    });
    try {
      const { page, values, signs } = readPage(reading, answer, rows, where);
      yield page;
      request = walk.after({ url: answer.url, values, ...rows.page });
      // A link that nobody follows: on any page but the last it says what is known.
      if (request === null) {
        for (const sign of signs) findings.partial('next', sign);
        reading.last?.tell(values.link(reading.last.place), answer.url);
      }
    } finally {
      answer.release();
    }
    if (onPage?.(rows.page.rows, request) === false) return;
  }
  rows.end();
}

function readPage(
  { definition, pages, findings, columns, last }: PageReading,
  answer: NewAnswer,
  rows: PagedRows,
  where: (error: unknown) => unknown,
) {
  const places = new PlaceTree();
  const watched = [pages.next, pages.cursor, pages.total, pages.more, last?.place].filter(
    (place) => place !== undefined,
  );
  const values = new PageValues(watched, answer.headers, places);
  const signs: string[] = [];
  const onNext = (what: string, where: 'header' | 'body') => {
    // The place that pages go by is no sign of its own.
    if (where === 'body' || pages.next?.toLowerCase() !== 'link') signs.push(what);
  };
  const { body, reader } = told(where, () => readAnswer(definition, answer, { findings, columns, places, onNext }));
  const page: TableAnswer = {
    body: failingAs(body, where),
    reader: (_tables, sink) => {
      rows.beginPage(sink);
      const read = reader(definition.tables ?? [], rows);
      return { write: (bytes) => told(where, () => read.write(bytes)), end: () => told(where, () => read.end()) };
    },
  };
  return { page, values, signs };
}

/** The failure, which says on what page it was: what follows the first is in no definition. */
function onPageNumber(number: number, error: unknown): unknown {
  if (!(error instanceof LoadFailure) || number === 1) return error;
  const { code, message, adminDetail, retryable, retryAfterMs, place, cause } = error;
  const page = `Page ${number}: `;
  const options = { adminDetail: page + adminDetail, retryable, retryAfterMs, place, cause };
  return new LoadFailure(code, page + message, options);
}

/** What the work gives, whose failures go through `where`. */
function told<T>(where: (error: unknown) => unknown, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw where(error);
  }
}

async function* failingAs(
  body: AsyncIterable<Uint8Array>,
  where: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw where(error);
  }
}
