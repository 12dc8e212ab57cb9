/** An answer of an origin made ready to be loaded: judged by its headers, and watched as it goes by (CONTRACT 4 "Whole answers"). */

import type { Resource } from '../contract/resource.ts';
import type { MakeRowReader } from '../ports/rows.ts';
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
import { ROW_READERS } from './row-readers.ts';
import { watchJson } from './watch-json.ts';
import { declaredEncoding } from './xml/xml-encoding.ts';

/** What is to be loaded. */
export interface ReadableAnswer {
  /** It ends only when the answer is whole. */
  body: AsyncIterable<Uint8Array>;
  contentType: string;
  /** Reads the rows of tables out of the body. */
  reader: MakeRowReader;
  /** What rows have, a watch for each table. */
  columns: readonly ColumnWatch[];
}

/** How an answer is read; what is left out is as for one that is all of the data. */
export interface ReadingOptions {
  /** Takes what looks wrong; complete once the body has ended. */
  findings: Findings;
  /** Are told of the columns, over several answers; a watch for each table. */
  columns?: readonly ColumnWatch[];
  /** Whose values are told as the body goes by, where it is JSON. */
  places?: PlaceTree;
  /** Takes a sentence about a link to a next page. Left out: it is a finding. */
  onNext?: (what: string, where: 'header' | 'body') => void;
}

/**
 * @throws LoadFailure `origin-status`, `origin-malformed`, `origin-pages`, `origin-refused`; so does the body as it is read
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
    // What is not there says nothing at any pointer.
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
  // What is no JSON has nothing at any pointer.
  watch.finish();
  return { body, contentType, reader, columns };
}
