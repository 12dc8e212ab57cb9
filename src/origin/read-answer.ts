/** Prepares an origin's answer for loading: checks its headers, and watches it while it passes (CONTRACT 4 "Whole answers"). */

import type { Resource } from '../contract/resource.ts';
import type { TableDefinition } from '../contract/table-definition.ts';
import type { MakeRowReader, RowReader, RowSink } from '../ports/rows.ts';
import { AnswerWatch } from './answer-watch.ts';
import { inUtf8 } from './charset.ts';
import { ColumnWatch } from './column-watch.ts';
import { mayBeEmpty, readNothing } from './empty-tables.ts';
import { BodyExpectations, checkHeaders } from './expectations.ts';
import type { NewAnswer } from './fetch-origin.ts';
import type { Findings } from './findings.ts';
import { checkContentType, encodingOfAnswer, isJsonType } from './media-type.ts';
import { hasNextLink } from './next-links.ts';
import { hasNoContent, withoutContent } from './origin-status.ts';
import { PlaceTree } from './place-tree.ts';
import { pointerTree } from './pointers.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readNdjson } from './read-ndjson.ts';
import type { ReaderOptions } from './reader-options.ts';
import { watchJson } from './watch-json.ts';
import { readXml } from './xml/read-xml.ts';
import { declaredEncoding } from './xml/xml-encoding.ts';

/** A reader of one format. */
type Reader = (tables: readonly TableDefinition[], sink: RowSink, options: ReaderOptions) => RowReader;

/** By the definition's `format`. */
const ROW_READERS: Readonly<Record<Resource['format'], Reader>> = {
  json: readJson,
  ndjson: readNdjson,
  csv: readCsv,
  xml: readXml,
};

/** An answer that is ready to be loaded. */
export interface ReadableAnswer {
  /** Ends only when the answer is complete. */
  body: AsyncIterable<Uint8Array>;
  contentType: string;
  /** Reads the rows of tables from the body. */
  reader: MakeRowReader;
  /** The columns that rows have: one watch per table. */
  columns: readonly ColumnWatch[];
}

/** How an answer is read. The defaults suit an answer that is all of the data. */
export interface ReadingOptions {
  /** Collects what looks wrong; complete once the body has ended. */
  findings: Findings;
  /** Collect the columns over several answers: one watch per table. */
  columns?: readonly ColumnWatch[];
  /** Places whose values are reported while a JSON body passes. */
  places?: PlaceTree;
  /** Receives a sentence about a link to a next page. Left out: the link is a finding. */
  onNext?: (what: string, where: 'header' | 'body') => void;
}

/**
 * @throws LoadFailure `origin-status`, `origin-malformed`, `origin-pages`, `origin-refused`; so does the body as it is
 * read
 */
export function readAnswer(
  definition: Resource,
  answer: NewAnswer,
  {
    findings,
    columns = (definition.tables ?? []).map((table) => new ColumnWatch(table)),
    places = new PlaceTree(),
    onNext = (what) => findings.partial('next', what),
  }: ReadingOptions,
): ReadableAnswer {
  const { origin, tables = [], format } = definition;
  const isTables = definition.tables !== undefined;
  const { headers, url, body } = answer;
  checkHeaders(origin.expect ?? [], headers);
  if (hasNextLink(headers.get('Link'))) {
    onNext("The origin's answer names a next page in its header Link.", 'header');
  }
  const expected = new BodyExpectations(origin.expect ?? [], places, format === 'xml');
  if (hasNoContent(answer)) {
    if (!mayBeEmpty(definition.tables)) throw withoutContent(answer.status, isTables);
    // There is no body, so there is no value at any place.
    expected.end();
    return { body, contentType: '', reader: readNothing, columns };
  }
  const contentType = checkContentType(definition, headers.get('Content-Type'));
  const inBody = (what: string) => onNext(what, 'body');
  const watch = new AnswerWatch({ url, tree: pointerTree(tables), places, expected, findings, onNext: inBody });
  const reader: MakeRowReader = (read, sink) =>
    ROW_READERS[format](read, sink, { findings, watch, columns, places, csv: definition.csv, words: answer.words });
  if (isTables) {
    const text = inUtf8(body, encodingOfAnswer(definition, contentType) ?? declaredEncoding);
    return { body: text, contentType, reader, columns };
  }
  if (isJsonType(contentType)) return { body: watchJson(body, watch, findings), contentType, reader, columns };
  // A body that is not JSON has no value at any pointer.
  watch.finish();
  return { body, contentType, reader, columns };
}
