/** An answer of an origin made ready to be loaded: judged by its headers, and watched as it goes by (CONTRACT 4 "Whole answers"). */

import type { Resource } from '../contract/resource.ts';
import type { MakeRowReader } from '../contract/rows.ts';
import { AnswerWatch } from './answer-watch.ts';
import { mayBeEmpty, readNothing } from './empty-tables.ts';
import { BodyExpectations, checkHeaders } from './expectations.ts';
import type { NewAnswer } from './fetch-origin.ts';
import { Findings } from './findings.ts';
import { checkContentType, isJsonType } from './media-type.ts';
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
}

/**
 * @param mode PARTIAL_ANSWERS
 * @throws LoadFailure `origin-status`, `origin-malformed`, `origin-pages`, `origin-refused`; so does the body as it is read
 */
export function readAnswer(definition: Resource, answer: NewAnswer, mode: 'fail' | 'warn'): ReadableAnswer {
  const { origin, tables, format } = definition;
  const { headers, url, body } = answer;
  const findings = new Findings(origin.partial, mode);
  checkHeaders(origin.expect ?? [], headers);
  if (hasNextLink(headers.get('Link')))
    findings.partial('next', "The origin's answer names a next page in its header Link.");
  const expected = new BodyExpectations(origin.expect ?? []);
  if (hasNoContent(answer)) {
    if (!mayBeEmpty(tables)) throw withoutContent(answer.status, tables !== undefined);
    // What is not there says nothing at any pointer.
    expected.end();
    return { body, contentType: '', reader: readNothing, findings };
  }
  const contentType = checkContentType(definition, headers.get('Content-Type'));
  const watch = new AnswerWatch({ url, tree: pointerTree(tables ?? []), expected, findings });
  const reader: MakeRowReader = (read, sink) => ROW_READERS[format](read, sink, { findings, watch });
  if (tables !== undefined) return { body, contentType, reader, findings };
  if (isJsonType(contentType)) return { body: watchJson(body, watch, findings), contentType, reader, findings };
  // What is no JSON has nothing at any pointer.
  watch.finish();
  return { body, contentType, reader, findings };
}
