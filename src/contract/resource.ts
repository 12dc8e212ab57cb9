/** Resource definitions (CONTRACT 4): what `PUT /resources/<title>/` accepts, with limits and defaults. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Changes } from './changes.ts';
import { MAX_ORIGIN_BYTES, MAX_REQUEST_BYTES, USUAL_PARAMETERS_BYTES } from './constants.ts';
import { Pages } from './pages.ts';
import { RequestBody } from './request-body.ts';
import type { StoredSource } from './source.ts';
import { CsvDialect, TableDefinition } from './table-definition.ts';
import { integer, ResourceTitle } from './values.ts';

/** A media type with parameters (RFC 9110 section 8.3.1); also accepts a wildcard such as any type. */
const MediaType = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(
    /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;\s*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^"\\\p{Cc}]*"))*$/u,
    'must be a media type, such as text/csv',
  ),
);

/** Signs that an answer is incomplete, which a definition may accept (CONTRACT 4 "Whole answers"). */
export const PARTIAL_SIGNS = ['next', 'errors'] as const;
export type PartialSign = (typeof PARTIAL_SIGNS)[number];

/** A value that an answer must have. */
export const Expectation = v.strictObject({
  at: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
    'A JSON pointer (RFC 6901) into the answer if it begins with `/`, otherwise the name of a header of the answer.',
  ),
  is: about(
    v.union([v.pipe(v.string(), v.maxLength(1024)), v.number(), v.boolean(), v.null()]),
    'The value that is expected there. JSON scalars are compared by value, headers as text; `null` also accepts a missing member or header.',
  ),
  retry: about(v.optional(v.boolean(), false), 'Whether the load is retried when the answer has another value.'),
});
export type Expectation = v.InferInput<typeof Expectation>;

/** How to request the data of a resource. */
export const Origin = v.strictObject({
  source: about(
    v.optional(ResourceTitle),
    'Name of the source; `url` is then relative to its address. Left out: `url` is a whole URL.',
  ),
  url: about(
    v.optional(v.pipe(v.string(), v.maxLength(8192)), ''),
    'URL template (RFC 6570) over the parameters; scheme, host and port are literal, or come from the source. `{_user}` is the user name, with `"scope": "user"`. Left out: the address of the source.',
  ),
  method: about(
    v.optional(v.picklist(['GET', 'POST']), 'GET'),
    'With `POST`, parameters that the URL does not use are sent as a JSON body, unless there is a `body`.',
  ),
  body: RequestBody,
  headers: about(
    v.optional(v.record(v.string(), v.string()), {}),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: definitions contain this text
    'Further headers of the request. `${ORIGIN_NAME}` in a value is a secret of the service, `{_user}` the user name.',
  ),
  timeout_s: about(
    v.optional(integer(1, 300), 30),
    'Time-out of the whole load, seconds. With `pages`, and for a database, the default is 120.',
  ),
  max_bytes: about(
    v.optional(integer(1, MAX_ORIGIN_BYTES), MAX_ORIGIN_BYTES),
    'Largest answer that is accepted, bytes after decompression.',
  ),
  conditional: about(
    v.optional(v.boolean(), true),
    'Whether `ETag` and `Last-Modified` of the last load make the next request conditional.',
  ),
  redirects: about(
    v.optional(v.picklist(['same', 'hosts']), 'same'),
    'Where redirects may lead: `same`, to the same origin; `hosts`, also to hosts that the setting `ORIGIN_HOSTS` names.',
  ),
  partial: about(
    v.optional(v.pipe(v.array(v.picklist(PARTIAL_SIGNS)), v.maxLength(PARTIAL_SIGNS.length))),
    'Signs of a partial answer that are accepted: `next`, a link to a further page; `errors`, a member that reports errors. Left out: none.',
  ),
  quote: about(
    v.optional(v.picklist(['odata', 'backslash', 'none'])),
    'How a value between single quotes in the URL is escaped: `odata` doubles quotes, `backslash` puts a backslash before them, `none` changes nothing. Required if the URL has a parameter between single quotes.',
  ),
  expect: about(
    v.optional(v.pipe(v.array(Expectation), v.minLength(1), v.maxLength(8))),
    'Values that each answer must have; an answer with another value fails the load.',
  ),
  pages: about(
    v.optional(Pages),
    'How the answer continues on further pages; only with exactly one table. Left out: the answer is one page.',
  ),
  changes: about(
    v.optional(Changes),
    'How a load asks only for changes, after all rows were loaded once; only with exactly one table, which has a `key`. Left out: each load reads all rows.',
  ),
});

/** When failed loads are retried. */
export const Retry = v.strictObject({
  max_attempts: about(v.optional(integer(1, 10), 5), 'Most attempts of a load, including the first.'),
  backoff_s: about(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3600)), 2),
    'Longest pause after the first attempt, seconds. It doubles with each attempt, and each pause is shortened at random.',
  ),
});

/** Conditions for a load to replace the current version. */
export const Guard = v.strictObject({
  min_rows: about(v.optional(integer(0, Number.MAX_SAFE_INTEGER)), 'Fewest rows of all tables. Left out: any number.'),
  max_deleted: about(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    'The largest share of rows, 0 to 1, by which a version may be smaller than the one before. Left out: all rows may go.',
  ),
});

/** A definition as `PUT /resources/<title>/` accepts it. */
export const Resource = v.strictObject({
  description: about(
    v.optional(v.pipe(v.string(), v.maxLength(4096))),
    'What the data is and whom to ask about it, for people.',
  ),
  origin: Origin,
  parameters: about(
    v.optional(v.record(v.string(), v.unknown())),
    'JSON Schema (2020-12) of an object: the parameters, each with its type and default. `additionalProperties` is taken as false. Left out: there are no parameters.',
  ),
  parameters_max_bytes: about(
    v.optional(integer(2, MAX_REQUEST_BYTES), USUAL_PARAMETERS_BYTES),
    'Most bytes of the values as JSON, including defaults. Each set of values is stored with its cache.',
  ),
  scope: about(
    v.optional(v.picklist(['shared', 'user']), 'shared'),
    'Whether all users share a cache (`shared`), or each user has a separate one (`user`).',
  ),
  groups: about(
    v.optional(
      v.pipe(
        v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))),
        v.minLength(1, 'must name a group; left out, the resource is open to all'),
        v.maxLength(64),
      ),
    ),
    'Open only to tokens with one of these groups, and to `cache:admin`. Left out: open to all.',
  ),
  format: about(
    v.optional(v.picklist(['json', 'ndjson', 'csv', 'xml']), 'json'),
    'Format of the tables at the origin: JSON, one JSON value per line, CSV (RFC 4180) whose first line names the columns, or XML.',
  ),
  csv: about(v.optional(CsvDialect), 'How the CSV differs from RFC 4180. Only with format `csv`.'),
  charset: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
    'Character encoding of an answer with tables, by any label of the Encoding standard, such as `windows-1251`; a byte order mark takes precedence. Left out: for CSV and XML the charset of the `Content-Type`, then for XML that of its declaration, otherwise UTF-8.',
  ),
  content_type: about(
    v.optional(MediaType),
    'Media type that the answer must have; `*/*` accepts any. Left out: the usual media types of the format.',
  ),
  ttl_s: about(v.optional(integer(0, 31_536_000), 3600), 'How long the data of a load is fresh, seconds.'),
  stale_while_revalidate_s: about(
    v.optional(integer(0, 31_536_000), 0),
    'How long after it expired the data is still served at once while new data is loaded, seconds (RFC 5861).',
  ),
  stale_if_error_s: about(
    v.optional(integer(0, 31_536_000), 86_400),
    'How long after it expired the data may still be served when the origin fails, seconds (RFC 5861).',
  ),
  error_ttl_s: about(
    v.optional(integer(0, 86_400), 30),
    'How long after a failed load reads do not start another one, seconds.',
  ),
  refresh_min_s: about(
    v.optional(integer(0, 86_400), 0),
    "A refresh that is requested within this time after a load ended gets that load's task, seconds.",
  ),
  wait_s: about(
    v.optional(integer(0, 30), 10),
    'How long a read waits for a load before the answer is 202, seconds. `Prefer: wait` overrides it.',
  ),
  retry: about(v.optional(Retry, {}), 'When failed loads are retried.'),
  retain_versions: about(
    v.optional(integer(1, 1000), 50),
    'How many versions that changed the body are kept. A device that has one of them gets a delta.',
  ),
  schedule: about(
    v.optional(v.string()),
    'Cron expression of five fields, in UTC: refreshes every cache that was read in the last 7 days. Left out: none.',
  ),
  live: about(
    v.optional(v.literal('told')),
    '`told`: devices with a live socket are only told of changes. Left out: the caches that they watch are also loaded again when they expire.',
  ),
  guard: about(v.optional(Guard), 'Conditions for a load to replace the current version. Left out: none.'),
  tables: about(
    v.optional(v.pipe(v.array(TableDefinition), v.minLength(1), v.maxLength(16))),
    'The tables in the answer; they have row ids and deltas by row. Left out: the body is the unchanged answer of the origin.',
  ),
});
/** A definition with its defaults. */
export type Resource = v.InferOutput<typeof Resource>;

/** A definition in requests and answers: PUT accepts what GET answered, with or without the members that the service adds. */
export const Definition = v.strictObject({
  title: about(v.optional(ResourceTitle), 'As in the path: 1 to 128 letters, digits, `_`, `.` or `-`.'),
  ...Resource.entries,
  warnings: about(
    v.optional(v.array(v.string())),
    'Faults that PUT would refuse today, in a definition that an earlier release accepted, and advice; in answers to PUT also secrets that are not set. PUT ignores it. Left out: no warnings.',
  ),
});

/** A definition in an answer: with its title and all defaults. */
export const DefinitionAnswer = v.intersect([
  Definition,
  v.object({ title: about(ResourceTitle, 'Title of the resource.') }),
]);

/** A definition as it is stored. */
export interface StoredResource {
  title: string;
  /** Null: deleted; the row is a tombstone while caches are left. */
  definition: Resource | null;
  /** Grows with each change that matters to a load (ms since the epoch, always increasing). */
  number: number;
  /** Caches loaded under a number below this one count as absent. */
  purged: number;
  /** Grows with each change of the definition; the next write must expect this value. */
  changedAt: number;
  /** The source that `origin.source` names, read together with the definition; absent: it names none, or the source does not exist. */
  source?: StoredSource;
}

/** A resource that is not deleted. */
export interface DefinedResource extends StoredResource {
  definition: Resource;
}

/** Whether there is a definition: the resource is known and not deleted. */
export function isDefined(stored: StoredResource | null): stored is DefinedResource {
  return stored !== null && stored.definition !== null;
}
