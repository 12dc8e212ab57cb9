/** How a load asks an origin for the changes since the last load (CONTRACT 4 "Changes of origins"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { RequestBody } from './request-body.ts';
import { integer } from './values.ts';

/** The variable in `changes.url`, `body` and `sql` that stands for the watermark. */
export const SINCE_VARIABLE = '_since';
/** Most changed rows that a load holds, and most bytes, including the overhead of holding them. */
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
    'The value that marks a deleted row. Left out: any value but null.',
  ),
  key: about(
    v.optional(v.pipe(v.array(RowPointer), v.minLength(1), v.maxLength(8))),
    'Where a deleted row has the cells of `key`, each as a JSON pointer within the row. Left out: in the same places as other rows.',
  ),
});
export type Removed = v.InferOutput<typeof Removed>;

/** The request for changes only, instead of all rows. */
export const Changes = v.strictObject({
  url: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(8192))),
    'URL template like `origin.url`, with `{_since}`: the origin answers with the rows that changed at that moment or later.',
  ),
  body: about(
    RequestBody,
    'Body like `origin.body`, with `{_since}`, for origins that take `POST`. It is sent to `url` or, without that, to `origin.url`.',
  ),
  sql: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(16_384))),
    'Query like `tables[].sql`, with `{_since}`, for a source that is a database.',
  ),
  cursor: about(
    v.optional(RowPointer),
    'Where a row says when it changed: a JSON pointer within the row; for a database, a column of both queries. Required with `{_since}`.',
  ),
  as: about(v.optional(v.picklist(['time', 'number'])), 'Whether `cursor` is a time or a number. Left out: `time`.'),
  write: about(
    v.optional(v.picklist(['iso', 'date', 'unix', 'unix_ms', 'odata2', 'odata3'])),
    "How `{_since}` is written if it is a time: `2026-11-28T20:59:59Z`, `2026-11-28`, seconds or milliseconds since 1970, or `datetime'2026-11-28T20:59:59'` with and without a fraction. Left out: `iso`.",
  ),
  lag_s: about(
    v.optional(integer(0, 86_400)),
    'How far `{_since}` lies before the latest row that was seen, seconds. This catches rows that are stored later than the time they carry. Left out: 300.',
  ),
  lag: about(v.optional(integer(0, Number.MAX_SAFE_INTEGER)), 'The same for a `cursor` that is a number. Left out: 0.'),
  link: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
    'Where the last page has the link to later changes, such as `/@odata.deltaLink`: a place as for `pages.next`. Instead of `{_since}`.',
  ),
  removed: about(
    v.optional(Removed),
    'Which rows are deletions. Left out: none; deleted rows disappear at the next full load.',
  ),
  full_s: about(
    v.optional(integer(300, 2_678_400), 86_400),
    'How long loads ask only for changes, seconds. After that, one load reads all rows, which finds deletions that were not reported.',
  ),
});
/** Changes with their defaults. */
export type Changes = v.InferOutput<typeof Changes>;

/** State that one load leaves for the next. */
export interface ChangesState {
  /** The watermark, as it was in the rows: RFC 3339 in UTC, or a number. */
  since?: string;
  /** The stored link to later changes. */
  link?: string;
  /** When all rows were last loaded, ms since the epoch. */
  fullAt: number;
}
