/** An answer of an origin made ready to be loaded: judged by its headers, and watched as it goes by (CONTRACT 4 "Whole answers"). */

import type { ColumnFacts } from '../contract/entry.ts';
import type { Resource } from '../contract/resource.ts';
import type { MakeRowReader } from '../contract/rows.ts';
import { AnswerWatch } from './answer-watch.ts';
import { inUtf8 } from './charset.ts';
import { checkColumns } from './check-columns.ts';
import { ColumnWatch } from './column-watch.ts';
import { mayBeEmpty, readNothing } from './empty-tables.ts';
import { BodyExpectations, checkHeaders } from './expectations.ts';
import type { NewAnswer } from './fetch-origin.ts';
import type { Findings } from './findings.ts';
import { checkContentType, encodingOfAnswer, isJsonType } from './media-type.ts';
import { hasNextLink } from './next-links.ts';
import { hasNoContent, withoutContent } from './origin-status.ts';
import { pointerTree } from './pointers.ts';
import { ROW_READERS } from './row-readers.ts';
import { watchJson } from './watch-json.ts';

/** What is to be loaded. */
export interface ReadableAnswer {
  /** It ends only when the answer is whole. */
  body: AsyncIterable<Uint8Array>;
  contentType: string;
  /** Reads the rows of tables out of the body. */
  reader: MakeRowReader;
  /** What was found and accepted; complete once the body has ended. */
  findings: Findings;
  /** What rows have, a watch for each table. */
  columns: readonly ColumnWatch[];
}

/**
 * @param findings take what looks wrong
 * @param before of the tables of the version before; undefined: there is nothing to compare with
 * @throws LoadFailure `origin-status`, `origin-malformed`, `origin-pages`, `origin-refused`; so does the body as it is read
 */
export function readAnswer(
  definition: Resource,
  answer: NewAnswer,
  findings: Findings,
  before?: readonly ColumnFacts[],
): ReadableAnswer {
  const { origin, tables = [], format } = definition;
  const isTables = definition.tables !== undefined;
  const { headers, url, body } = answer;
  const columns = tables.map((table) => new ColumnWatch(table));
  checkHeaders(origin.expect ?? [], headers);
  if (hasNextLink(headers.get('Link')))
    findings.partial('next', "The origin's answer names a next page in its header Link.");
  const expected = new BodyExpectations(origin.expect ?? []);
  if (hasNoContent(answer)) {
    if (!mayBeEmpty(definition.tables)) throw withoutContent(answer.status, isTables);
    // What is not there says nothing at any pointer.
    expected.end();
    return { body, contentType: '', reader: readNothing, findings, columns };
  }
  const contentType = checkContentType(definition, headers.get('Content-Type'));
  const watch = new AnswerWatch({ url, tree: pointerTree(tables), expected, findings });
  const reader: MakeRowReader = (read, sink) => {
    const { write, end } = ROW_READERS[format](read, sink, { findings, watch, columns, csv: definition.csv });
    const endRows = () => {
      end();
      for (const [table, seen] of columns.entries()) checkColumns(seen, before?.[table], findings);
    };
    return { write, end: endRows };
  };
  if (isTables) {
    const text = inUtf8(body, encodingOfAnswer(definition, contentType));
    return { body: text, contentType, reader, findings, columns };
  }
  if (isJsonType(contentType))
    return { body: watchJson(body, watch, findings), contentType, reader, findings, columns };
  // What is no JSON has nothing at any pointer.
  watch.finish();
  return { body, contentType, reader, findings, columns };
}
