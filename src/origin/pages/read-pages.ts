/** All pages of one attempt, in order, each once, as answers of one table (DESIGN "Invariants"). */

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

/** What reading pages needs. */
export interface PageReading {
  /** Has one table, which may have hidden cells. */
  definition: Resource;
  pages: Pages;
  /** The request of the definition, or that for its changes. */
  request: OriginRequest;
  /** Whether the answers contain all rows; if not, a count of rows in them is not compared. */
  isFull?: boolean;
  /** A place whose value on the last page is passed to `tell`. */
  last?: { place: string; tell: (value: PlacedValue | null, url: URL) => void };
  asker: Pick<PageAsker, 'page'>;
  findings: Findings;
  /** Collect the columns of all pages. */
  columns: readonly ColumnWatch[];
  /** Called for each page that was read, with the request that follows; false ends the reading. */
  onPage?: (rows: number, next: OriginRequest | null) => boolean;
}

/**
 * Requests the next page once the page before has been read to its end.
 *
 * @throws LoadFailure: after any failure, the whole attempt must be dropped
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
      // A link that is not followed is reported on the last page only: on the others a link to the next page is
      // expected.
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
    // A `Link` header that is read as the place of the next page is not a sign of an incomplete answer.
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

/** Adds the page number to a failure, since the requests after the first are not in the definition. */
function onPageNumber(number: number, error: unknown): unknown {
  if (!(error instanceof LoadFailure) || number === 1) return error;
  const { code, message, adminDetail, retryable, retryAfterMs, place, cause } = error;
  const page = `Page ${number}: `;
  const options = { adminDetail: page + adminDetail, retryable, retryAfterMs, place, cause };
  return new LoadFailure(code, page + message, options);
}

/** Runs `work`; its failures go through `where`. */
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
