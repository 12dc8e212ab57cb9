/** `POST /resources/<title>/probe/` (CONTRACT 4): one load whose result is shown and not kept. */

import * as v from 'valibot';
import { about } from './about.ts';
import { MAX_USER_LENGTH } from './constants.ts';
import { TaskError } from './problem.ts';
import { Definition } from './resource.ts';
import { ParameterValues, Whole } from './values.ts';

/** How long a probe may take, s. */
export const PROBE_S = 25;
/** Most bytes of an answer that a probe reads, decoded. */
export const PROBE_BYTES = 8_388_608;
/** Limits of what is shown: rows of each table; bytes of a cell; bytes of all cells together. */
export const SHOWN_ROWS = 20;
export const SHOWN_CELL_BYTES = 1024;
export const SHOWN_BYTES = 524_288;

/** The user for whom a private cache is probed, by the name in tokens. */
export const ProbedUser = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(MAX_USER_LENGTH),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it excludes
  v.regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not have control characters'),
);

/** Body of the request. */
export const ProbeBody = v.strictObject({
  definition: about(v.optional(Definition), 'A draft, checked as by PUT; left out: the stored definition.'),
  parameters: about(v.optional(ParameterValues), 'Values of the parameters; defaults apply to those left out.'),
  user: about(
    v.optional(ProbedUser),
    'With scope `user`: the user whose cache is probed. Left out: the user of the token.',
  ),
});

/** A fault for which a load would fail. */
export const ProbeFault = v.strictObject({
  ...TaskError.entries,
  pointer: about(
    v.optional(v.string()),
    'JSON pointer (RFC 6901) to the member of the definition that causes the fault, even if it is yet to be added. Left out: no member causes it.',
  ),
});
export type ProbeFault = v.InferOutput<typeof ProbeFault>;

/** The part of one table that was read. */
export const ProbedTable = v.strictObject({
  name: about(v.string(), 'Name of the table.'),
  columns: about(v.array(v.string()), 'Names of its columns, as the definition has them.'),
  rows: about(Whole, 'How many rows were read.'),
  data: about(
    v.array(v.array(v.unknown())),
    'The first 20 rows, or fewer if they are large, without row ids. A cell of more than 1 KiB is cut to a text that ends in `…`. Secrets that were sent to the origin are shown as `***`.',
  ),
});
export type ProbedTable = v.InferOutput<typeof ProbedTable>;

/** Most pages that a probe requests, and most characters that are shown of a URL or body. */
export const PROBE_PAGES = 3;
export const SHOWN_ADDRESS = 2048;

/** One page: its request and its answer. */
export const ProbedPage = v.strictObject({
  method: about(v.picklist(['GET', 'POST']), 'Method of the request.'),
  url: about(
    v.string(),
    'URL of the request, cut to 2,048 characters. Secrets that were sent to the origin are shown as `***`.',
  ),
  body: about(v.nullable(v.string()), 'Body of the request, cut in the same way; null: it had none.'),
  status: about(v.nullable(v.pipe(v.number(), v.integer())), 'Status of the answer; null: there was no answer.'),
  bytes: about(Whole, 'Bytes of the body that were read, decoded.'),
  rows: about(v.nullable(Whole), 'Rows of the page; null: the page was not read to its end.'),
  next: about(
    v.nullable(v.string()),
    'URL of the next page, in the form of `url`; null: this is the last page, or it was not read to its end.',
  ),
});
export type ProbedPage = v.InferOutput<typeof ProbedPage>;

/** The answer; the members in this order. */
export const ProbeAnswer = v.strictObject({
  status: about(
    v.nullable(v.pipe(v.number(), v.integer())),
    "Status of the origin's last answer; null: there was no answer.",
  ),
  ms: about(Whole, 'How long the probe took, ms.'),
  content_type: about(v.nullable(v.string()), '`Content-Type` of that answer; null: it had none.'),
  bytes: about(Whole, 'Bytes of the bodies of all pages that were read, decoded.'),
  rows: about(v.nullable(Whole), 'Rows of all tables that were read; null: the resource has no tables.'),
  cut: about(
    v.boolean(),
    'Whether reading stopped before the end of the answer, after 25 s, 8 MiB or 3 pages. The counts are then lower bounds, and the rest may have further faults.',
  ),
  pages: about(
    v.optional(v.pipe(v.array(ProbedPage), v.maxLength(PROBE_PAGES))),
    'The pages that were requested, in order, at most 3. Left out: the definition has no `pages`.',
  ),
  tables: about(v.array(ProbedTable), 'What a load would read from the answer; empty if the resource has no tables.'),
  faults: about(
    v.array(ProbeFault),
    'All faults for which a load would fail, in the part that was read; empty: the load would succeed.',
  ),
  warnings: about(v.array(v.string()), 'Oddities that a load would accept.'),
});
export type ProbeAnswer = v.InferOutput<typeof ProbeAnswer>;
