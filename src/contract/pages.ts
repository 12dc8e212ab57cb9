/** How an answer in pages is read (CONTRACT 4 "Pages"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { integer } from './values.ts';

/** Most characters of a link or token for the next page. */
export const MAX_LINK_LENGTH = 8192;
/** A page up to this size, bytes, is held until it is complete, so that it can be requested again; a larger one is streamed. */
export const HELD_PAGE_BYTES = 1_048_576;
/** Most retries of one page, and of all pages of one load. */
export const PAGE_RETRIES = 3;
export const LOAD_RETRIES = 10;

/** Default of `origin.timeout_s` for loads in pages and from databases. */
export const LONG_TIMEOUT_S = 120;

const Place = v.pipe(v.string(), v.minLength(1), v.maxLength(1024));
const Parameter = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** The pages of an answer: how the next request is made, and when there is none. */
export const Pages = v.strictObject({
  next: about(
    v.optional(Place),
    'Where an answer has the link to the next page: a JSON pointer (RFC 6901) if it begins with `/`, otherwise the name of a header, such as `Link`. The link is followed unchanged, and only on the same host.',
  ),
  cursor: about(v.optional(Place), 'Where an answer has the token of the next page; a place as for `next`.'),
  param: about(
    v.optional(Parameter),
    'Where a request has the token of `cursor`: a parameter of the query, or a JSON pointer into the body of a `POST`.',
  ),
  offset: about(v.optional(Parameter), 'Where a request has the number of rows read so far, as for `param`.'),
  page: about(v.optional(Parameter), 'Where a request has the number of the page, as for `param`.'),
  first: about(v.optional(integer(0, 1_000_000)), 'Number of the first page, with `page`. Left out: 1.'),
  limit: about(v.optional(Parameter), 'Where a request has `size`, with `offset` or `page`, as for `param`.'),
  size: about(v.optional(integer(1, 1_000_000)), 'Rows of a page, with `offset` or `page`.'),
  total: about(
    v.optional(Place),
    'Where an answer has the number of all rows, as for `next`. It reveals missed rows, and ends `offset` and `page`.',
  ),
  more: about(
    v.optional(Place),
    'Where an answer says whether a page follows, `true` or `false`; a place as for `next`.',
  ),
  end: about(
    v.optional(v.picklist(['empty', 'short']), 'empty'),
    'Which page is the last one of `offset` and `page`: `empty`, a page without rows; `short`, also a page with fewer rows than `size`.',
  ),
  max: about(v.optional(integer(1, 1000), 100), 'Most pages; a load with more pages fails.'),
  rehost: about(
    v.optional(v.boolean(), false),
    'Whether a link to another host is followed with the same path and query on the host of `url`. If not, it fails the load.',
  ),
  drift: about(
    v.optional(v.picklist(['fail', 'keep']), 'fail'),
    'What happens if rows moved while pages were read (found by `key` or `total`): `fail`, the load fails and is retried; `keep`, it succeeds with a warning, and the first row of each key counts.',
  ),
});
/** Pages with their defaults. */
export type Pages = v.InferOutput<typeof Pages>;

/** An answer that consists of one page. */
export const ONE_PAGE: Pages = { end: 'empty', max: 1, rehost: false, drift: 'fail' };
