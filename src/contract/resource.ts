/** Resource definitions (CONTRACT 4): what `PUT /resources/<title>/` takes, with limits and defaults. */

import * as v from 'valibot';
import { MAX_ORIGIN_BYTES, MAX_REQUEST_BYTES, USUAL_PARAMETERS_BYTES } from './constants.ts';

const integer = (min: number, max: number) =>
  v.pipe(v.number(), v.integer('must be an integer'), v.minValue(min), v.maxValue(max));

/** Titles also stand in paths and logs: letters, digits, `_`, `.`, `-`, in Unicode's composed form (NFC). */
export const ResourceTitle = v.pipe(
  v.string(),
  v.regex(/^[\p{L}\p{N}_.-]{1,128}$/u, 'must be 1 to 128 letters, digits, "_", "." or "-"'),
  v.check((title) => title !== '.' && title !== '..', 'must not be "." or ".."'),
  v.check((title) => title === title.normalize('NFC'), 'must be in Unicode normalisation form C'),
);

/** RFC 9110 section 8.3.1: type, subtype and parameters; all types are one, too. */
const MediaType = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(
    /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;\s*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^"\\\p{Cc}]*"))*$/u,
    'must be a media type, such as text/csv',
  ),
);

/** One table of a resource: where its rows lie and which members they have. */
export const TableDefinition = v.strictObject({
  /** Names the table in bodies and deltas. */
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  /** RFC 6901 pointer to an array of rows in the origin's answer. */
  rows: v.optional(v.pipe(v.string(), v.regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON pointer (RFC 6901)'))),
  /** Members of object rows, in this order; names of the cells of array rows. */
  columns: v.pipe(
    v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
    v.minLength(1),
    v.maxLength(1000),
    v.check((names) => new Set(names).size === names.length, 'must not repeat a column'),
  ),
  /** What a member that is not there means, or an answer without content: a failed load, or a table without rows. */
  missing: v.optional(v.picklist(['fail', 'empty']), 'fail'),
  /** What the cells mean that an array row, or a row of CSV, lacks at its end: a failed load, or `null`. */
  short_rows: v.optional(v.picklist(['fail', 'null']), 'fail'),
});
/** One table; without defaults where an earlier release stored it. */
export type TableDefinition = v.InferInput<typeof TableDefinition>;

/** A sign that an answer is only part of the data, which a definition may accept (CONTRACT 4 "Whole answers"). */
export const PARTIAL_SIGNS = ['next', 'errors'] as const;
export type PartialSign = (typeof PARTIAL_SIGNS)[number];

/** What an answer must say of itself. */
export const Expectation = v.strictObject({
  /** A JSON pointer (RFC 6901) into the answer if it begins with `/`, else the name of a header of the answer. */
  at: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  /** The value there: JSON scalars compare by value, headers as text; null is also met by nothing. */
  is: v.union([v.pipe(v.string(), v.maxLength(1024)), v.number(), v.boolean(), v.null()]),
  /** Whether the load is tried again when it says otherwise. */
  retry: v.optional(v.boolean(), false),
});
export type Expectation = v.InferInput<typeof Expectation>;

/** How the origin of a resource is asked. */
export const Origin = v.strictObject({
  /** RFC 6570 template over the parameters; scheme, host and port are literal. */
  url: v.pipe(v.string(), v.minLength(1), v.maxLength(8192)),
  method: v.optional(v.picklist(['GET', 'POST']), 'GET'),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  /** Time-out of the whole load, seconds. */
  timeout_s: v.optional(integer(1, 300), 30),
  max_bytes: v.optional(integer(1, MAX_ORIGIN_BYTES), MAX_ORIGIN_BYTES),
  /** Whether the validators of the last load may make a request conditional. */
  conditional: v.optional(v.boolean(), true),
  /** Where redirects may lead: to the same origin, or also to hosts that ORIGIN_HOSTS names. */
  redirects: v.optional(v.picklist(['same', 'hosts']), 'same'),
  /** Signs of a partial answer that are accepted. */
  partial: v.optional(v.pipe(v.array(v.picklist(PARTIAL_SIGNS)), v.maxLength(PARTIAL_SIGNS.length))),
  /** How a value is escaped between single quotes of the URL: quotes doubled, a backslash before them, or not at all. */
  quote: v.optional(v.picklist(['odata', 'backslash', 'none'])),
  /** What each answer must say of itself. */
  expect: v.optional(v.pipe(v.array(Expectation), v.minLength(1), v.maxLength(8))),
});

/** A definition as `PUT /resources/<title>/` takes it. */
export const Resource = v.strictObject({
  /** For people: what the data is, and whom to ask about it. */
  description: v.optional(v.pipe(v.string(), v.maxLength(4096))),
  origin: Origin,
  /** JSON Schema (2020-12) of an object. */
  parameters: v.optional(v.record(v.string(), v.unknown())),
  /** Most bytes of the values as JSON, defaults included: each set of them is kept with its cache. */
  parameters_max_bytes: v.optional(integer(2, MAX_REQUEST_BYTES), USUAL_PARAMETERS_BYTES),
  scope: v.optional(v.picklist(['shared', 'user']), 'shared'),
  /** Open only to tokens with one of these groups, and to `cache:admin`; left out: to all. */
  groups: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
      v.minLength(1, 'must name a group; left out, the resource is open to all'),
      v.maxLength(64),
    ),
  ),
  format: v.optional(v.picklist(['json', 'ndjson', 'csv']), 'json'),
  content_type: v.optional(MediaType),
  ttl_s: v.optional(integer(0, 31_536_000), 3600),
  stale_while_revalidate_s: v.optional(integer(0, 31_536_000), 0),
  stale_if_error_s: v.optional(integer(0, 31_536_000), 86_400),
  error_ttl_s: v.optional(integer(0, 86_400), 30),
  refresh_min_s: v.optional(integer(0, 86_400), 0),
  wait_s: v.optional(integer(0, 30), 10),
  retry: v.optional(
    v.strictObject({
      max_attempts: v.optional(integer(1, 10), 5),
      backoff_s: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3600)), 2),
    }),
    {},
  ),
  retain_versions: v.optional(integer(1, 1000), 50),
  schedule: v.optional(v.string()),
  guard: v.optional(
    v.strictObject({
      min_rows: v.optional(integer(0, Number.MAX_SAFE_INTEGER)),
      max_deleted: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    }),
  ),
  tables: v.optional(v.pipe(v.array(TableDefinition), v.minLength(1), v.maxLength(16))),
});
/** A definition with its defaults. */
export type Resource = v.InferOutput<typeof Resource>;

/** A definition as it is stored. */
export interface StoredResource {
  title: string;
  /** Null: deleted; a tombstone while caches are left. */
  definition: Resource | null;
  /** Grows with each change that matters to a load (ms since the epoch, made to increase). */
  number: number;
  /** Caches loaded under a number below this one count as absent. */
  purged: number;
  /** Grows with each change of the definition; the expected value of the next write. */
  changedAt: number;
}

/** A resource that is there. */
export interface DefinedResource extends StoredResource {
  definition: Resource;
}

/** Whether there is a definition: the resource is neither unknown nor deleted. */
export function isDefined(stored: StoredResource | null): stored is DefinedResource {
  return stored !== null && stored.definition !== null;
}
