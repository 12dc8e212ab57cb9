/** How an answer that comes in pages is read (CONTRACT 4 "Pages"). */

import * as v from 'valibot';
import { about } from './about.ts';
import { integer } from './values.ts';

/** Most characters of a link or token that leads to the next page. */
export const MAX_LINK_LENGTH = 8192;
/** A page up to this size, bytes, is held until it is whole, so that it can be asked for again; a larger one streams. */
export const HELD_PAGE_BYTES = 1_048_576;
/** How often a page is asked for again in place, and how often pages of one load are. */
export const PAGE_RETRIES = 3;
export const LOAD_RETRIES = 10;

/** `origin.timeout_s` of loads in pages and out of databases, unless it says otherwise. */
export const LONG_TIMEOUT_S = 120;

const Place = v.pipe(v.string(), v.minLength(1), v.maxLength(1024));
const Parameter = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

/** The pages of an answer: which request follows, and when there is none. */
export const Pages = v.strictObject({
  next: about(
    v.optional(Place),
    'Where an answer has the link to the next page: a JSON pointer (RFC 6901) if it begins with `/`, else the name of a header, such as `Link`. The link is followed as it is, on the same host alone.',
  ),
  cursor: about(v.optional(Place), 'Where an answer has the token of the next page, as for `next`.'),
  param: about(
    v.optional(Parameter),
    'Takes the token of `cursor`: a parameter of the query, or a JSON pointer into the body of a `POST`.',
  ),
  offset: about(v.optional(Parameter), 'Takes the number of rows that have come so far, as for `param`.'),
  page: about(v.optional(Parameter), 'Takes the number of the page, as for `param`.'),
  first: about(v.optional(integer(0, 1_000_000)), 'Number of the first page, with `page`. Left out: 1.'),
  limit: about(v.optional(Parameter), 'Takes `size`, with `offset` or `page`, as for `param`.'),
  size: about(v.optional(integer(1, 1_000_000)), 'Rows of a page, with `offset` or `page`.'),
  total: about(
    v.optional(Place),
    'Where an answer has the number of all rows, as for `next`: shows rows that were missed, and ends `offset` and `page`.',
  ),
  more: about(v.optional(Place), 'Where an answer says `true` or `false`: whether a page follows; as for `next`.'),
  end: about(
    v.optional(v.picklist(['empty', 'short']), 'empty'),
    'Which page ends `offset` and `page`: one without rows, or also one with fewer rows than `size`.',
  ),
  max: about(v.optional(integer(1, 1000), 100), 'Most pages; where there are more, the load fails.'),
  rehost: about(
    v.optional(v.boolean(), false),
    'Whether a link to another host means the same path and query on the host of `url`. Otherwise it fails the load.',
  ),
  drift: about(
    v.optional(v.picklist(['fail', 'keep']), 'fail'),
    'What rows mean that moved while pages were read (`key`, `total`): a load that is tried again, or a warning; then the first row of a key counts.',
  ),
});
/** Pages with their defaults. */
export type Pages = v.InferOutput<typeof Pages>;

/** An answer that is all of the pages. */
export const ONE_PAGE: Pages = { end: 'empty', max: 1, rehost: false, drift: 'fail' };
