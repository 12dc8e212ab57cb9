/** How an origin is asked for what changed since the last load (CONTRACT 4 "Changes of origins"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { RequestBody } from './request-body.ts';
import { integer } from './values.ts';

/** The variable of `changes.url`, `body` and `sql` that is the watermark. */
export const SINCE_VARIABLE = '_since';
/** Most rows that are held of what changed, and most bytes, what holding takes included. */
export const MAX_CHANGED_ROWS = 100_000;
export const MAX_CHANGED_BYTES = 16_777_216;

const RowPointer = v.pipe(
  v.string(),
  v.maxLength(1024),
  v.regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer (RFC 6901) within the row'),
);

/** Which rows of an answer are deletions. */
export const Removed = v.strictObject({
  at: about(RowPointer, 'A JSON pointer (RFC 6901) within the row.'),
  is: about(
    v.optional(v.union([v.pipe(v.string(), v.maxLength(1024)), v.number(), v.boolean()])),
    'The value there of a row that was deleted. Left out: any but null.',
  ),
  key: about(
    v.optional(v.pipe(v.array(RowPointer), v.minLength(1), v.maxLength(8))),
    'Where a deleted row has the cells of `key`, each as a JSON pointer within it. Left out: where other rows have them.',
  ),
});
export type Removed = v.InferOutput<typeof Removed>;

/** What is asked for instead of all rows. */
export const Changes = v.strictObject({
  url: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(8192))),
    'URL template as `origin.url`, with `{_since}`: the rows that changed at that moment or later.',
  ),
  body: about(
    RequestBody,
    'Body as `origin.body`, with `{_since}`, for origins that are asked by `POST`. Goes with `url`, or alone: `origin.url` is then asked.',
  ),
  sql: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(16_384))),
    'Query as `tables[].sql`, with `{_since}`, where the source is a database.',
  ),
  cursor: about(
    v.optional(RowPointer),
    'Where a row says when it changed: a JSON pointer within it; of a database a column of both queries. Goes with `{_since}`.',
  ),
  as: about(v.optional(v.picklist(['time', 'number'])), 'What it is. Left out: `time`.'),
  write: about(
    v.optional(v.picklist(['iso', 'date', 'unix', 'unix_ms', 'odata2', 'odata3'])),
    "How `{_since}` is written where it is a time: `2026-11-28T20:59:59Z`, `2026-11-28`, seconds or milliseconds since 1970, or `datetime'2026-11-28T20:59:59'` with and without a fraction. Left out: `iso`.",
  ),
  lag_s: about(
    v.optional(integer(0, 86_400)),
    'How far `{_since}` lies before the latest row, seconds: for rows that are stored later than they say. Left out: 300.',
  ),
  lag: about(v.optional(integer(0, Number.MAX_SAFE_INTEGER)), 'The same where it is a number. Left out: 0.'),
  link: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
    'Where the last page has the link that answers with what changes from then on, such as `/@odata.deltaLink`: a place as for `pages.next`. Instead of `{_since}`.',
  ),
  removed: about(v.optional(Removed), 'Which rows are deletions. Left out: none; they show at the next full load.'),
  full_s: about(
    v.optional(integer(300, 2_678_400), 86_400),
    'How long loads ask for changes alone, seconds: then all rows are loaded, which shows deletions that nobody told.',
  ),
});
/** Changes with their defaults. */
export type Changes = v.InferOutput<typeof Changes>;

/** What one load leaves for the next. */
export interface ChangesState {
  /** The watermark, as the rows had it: RFC 3339 in UTC, or a number. */
  since?: string;
  /** The link that was kept. */
  link?: string;
  /** When all rows were last loaded, ms since the epoch. */
  fullAt: number;
}
