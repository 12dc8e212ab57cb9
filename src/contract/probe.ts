/** `POST /resources/<title>/probe/` (CONTRACT 4): one load that is shown and not kept. */

import * as v from 'valibot';
import { about } from './about.ts';
import { MAX_USER_LENGTH } from './constants.ts';
import { TaskError } from './problem.ts';
import { Definition } from './resource.ts';
import { ParameterValues, Whole } from './values.ts';

/** How long a probe may take, s. */
export const PROBE_S = 25;
/** What a probe reads of an answer at most, decoded, bytes. */
export const PROBE_BYTES = 8_388_608;
/** Rows of each table that are shown, the longest cell of them, and all cells together, bytes. */
export const SHOWN_ROWS = 20;
export const SHOWN_CELL_BYTES = 1024;
export const SHOWN_BYTES = 524_288;

/** Whom a private cache is probed for; as tokens name users. */
export const ProbedUser = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(MAX_USER_LENGTH),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
  v.regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not have control characters'),
);

/** Body of the request. */
export const ProbeBody = v.strictObject({
  definition: about(v.optional(Definition), 'A draft, checked as PUT does; left out: what is defined under the title.'),
  parameters: about(v.optional(ParameterValues), 'The values of a cache; defaults apply to those left out.'),
  user: about(v.optional(ProbedUser), 'With scope `user`: whose cache it would be. Left out: the user of the token.'),
});

/** What a load would fail with. */
export const ProbeFault = v.strictObject({
  ...TaskError.entries,
  pointer: about(
    v.optional(v.string()),
    'JSON pointer (RFC 6901) to the member of the definition that it is about, be it one to add. Left out: it is about none.',
  ),
});
export type ProbeFault = v.InferOutput<typeof ProbeFault>;

/** One table as far as it was read. */
export const ProbedTable = v.strictObject({
  name: about(v.string(), 'Name of the table.'),
  columns: about(v.array(v.string()), 'Names of its columns, as the definition has them.'),
  rows: about(Whole, 'How many rows were read.'),
  data: about(
    v.array(v.array(v.unknown())),
    'The first 20 rows, fewer of many large ones, without row ids. A cell of more than 1 KiB is its beginning, as a text that ends in `…`; what the origin was sent as a secret is `***`.',
  ),
});
export type ProbedTable = v.InferOutput<typeof ProbedTable>;

/** Pages that a probe asks for at most, and most characters that are shown of an address or body. */
export const PROBE_PAGES = 3;
export const SHOWN_ADDRESS = 2048;

/** One page as it was asked for and came. */
export const ProbedPage = v.strictObject({
  method: about(v.picklist(['GET', 'POST']), 'Method of the request.'),
  url: about(v.string(), 'Its URL, at most 2,048 characters of it; what the origin was sent as a secret is `***`.'),
  body: about(v.nullable(v.string()), 'Its body, in the same way; null: it had none.'),
  status: about(v.nullable(v.pipe(v.number(), v.integer())), 'Status of the answer; null: there was none.'),
  bytes: about(Whole, 'Bytes of its body, decoded, as far as it was read.'),
  rows: about(v.nullable(Whole), 'Rows of the page; null: it was not read to its end.'),
  next: about(
    v.nullable(v.string()),
    'The URL of the page that follows, as `url`; null: it is the last one, or was not read to its end.',
  ),
});
export type ProbedPage = v.InferOutput<typeof ProbedPage>;

/** The answer; the members in this order. */
export const ProbeAnswer = v.strictObject({
  status: about(
    v.nullable(v.pipe(v.number(), v.integer())),
    "Status of the origin's last answer; null: there was none.",
  ),
  ms: about(Whole, 'How long it took, ms.'),
  content_type: about(v.nullable(v.string()), 'Its `Content-Type`; null: there was none.'),
  bytes: about(Whole, 'Bytes of its body, decoded, as far as it was read; of all pages.'),
  rows: about(v.nullable(Whole), 'Rows of all tables, as far as it was read; null: the resource has no tables.'),
  cut: about(
    v.boolean(),
    'Reading ended before the answer did, after 25 s, 8 MiB or 3 pages: the counts are lower bounds, and what follows may have further faults.',
  ),
  pages: about(
    v.optional(v.pipe(v.array(ProbedPage), v.maxLength(PROBE_PAGES))),
    'Of an answer in pages each that was asked for, in order, at most 3. Left out: the definition has no `pages`.',
  ),
  tables: about(v.array(ProbedTable), 'What a load would take of it; none where the resource has no tables.'),
  faults: about(
    v.array(ProbeFault),
    'Everything that a load would fail with, as far as it was read; none: it would succeed.',
  ),
  warnings: about(v.array(v.string()), 'What looks wrong and a load would accept.'),
});
export type ProbeAnswer = v.InferOutput<typeof ProbeAnswer>;
