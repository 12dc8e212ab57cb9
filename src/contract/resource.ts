/** Resource definitions (CONTRACT 4): what `PUT /resources/<title>/` takes, with limits and defaults. */

import * as v from 'valibot';
import { about } from './about.ts';
import { Changes } from './changes.ts';
import { MAX_ORIGIN_BYTES, MAX_REQUEST_BYTES, USUAL_PARAMETERS_BYTES } from './constants.ts';
import { Pages } from './pages.ts';
import { RequestBody } from './request-body.ts';
import type { StoredSource } from './source.ts';
import { CsvDialect, TableDefinition } from './table-definition.ts';
import { integer } from './values.ts';

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

/** A sign that an answer is only part of the data, which a definition may accept (CONTRACT 4 "Whole answers"). */
export const PARTIAL_SIGNS = ['next', 'errors'] as const;
export type PartialSign = (typeof PARTIAL_SIGNS)[number];

/** What an answer must say of itself. */
export const Expectation = v.strictObject({
  at: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
    'A JSON pointer (RFC 6901) into the answer if it begins with `/`, else the name of a header of the answer.',
  ),
  is: about(
    v.union([v.pipe(v.string(), v.maxLength(1024)), v.number(), v.boolean(), v.null()]),
    'The value there: JSON scalars compare by value, headers as text; `null` is also met by nothing.',
  ),
  retry: about(v.optional(v.boolean(), false), 'Whether the load is tried again when the answer says otherwise.'),
});
export type Expectation = v.InferInput<typeof Expectation>;

/** How the origin of a resource is asked. */
export const Origin = v.strictObject({
  source: about(
    v.optional(ResourceTitle),
    'Name of the source that is asked: `url` is then relative to its address. Left out: `url` is whole.',
  ),
  url: about(
    v.optional(v.pipe(v.string(), v.maxLength(8192)), ''),
    'URL template (RFC 6570) over the parameters; scheme, host and port are literal, or those of the source. `{_user}` is the user name, with `"scope": "user"`. Left out: the address of the source itself.',
  ),
  method: about(
    v.optional(v.picklist(['GET', 'POST']), 'GET'),
    'With `POST` the parameters that the URL does not use go as a JSON body, unless `body` says what goes.',
  ),
  body: RequestBody,
  headers: about(
    v.optional(v.record(v.string(), v.string()), {}),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    'Further headers of the request. `${ORIGIN_NAME}` in a value is a secret of the service, `{_user}` the user name.',
  ),
  timeout_s: about(
    v.optional(integer(1, 300), 30),
    'Time-out of the whole load, seconds. With `pages`, and out of a database: 120.',
  ),
  max_bytes: about(
    v.optional(integer(1, MAX_ORIGIN_BYTES), MAX_ORIGIN_BYTES),
    'Largest answer that is taken, bytes without compression.',
  ),
  conditional: about(
    v.optional(v.boolean(), true),
    'Whether `ETag` and `Last-Modified` of the last load make the next request conditional.',
  ),
  redirects: about(
    v.optional(v.picklist(['same', 'hosts']), 'same'),
    'Where redirects may lead: to the same origin, or also to hosts that the setting `ORIGIN_HOSTS` names.',
  ),
  partial: about(
    v.optional(v.pipe(v.array(v.picklist(PARTIAL_SIGNS)), v.maxLength(PARTIAL_SIGNS.length))),
    'Signs of a partial answer that are accepted: `next`, a link to a further page; `errors`, a member that tells of errors. Left out: none.',
  ),
  quote: about(
    v.optional(v.picklist(['odata', 'backslash', 'none'])),
    'How a value is escaped between single quotes of the URL: quotes doubled, a backslash before them, or not at all. Needed where the URL has such a place.',
  ),
  expect: about(
    v.optional(v.pipe(v.array(Expectation), v.minLength(1), v.maxLength(8))),
    'What each answer must say of itself; one that says otherwise fails.',
  ),
  pages: about(
    v.optional(Pages),
    'How the answer goes on in further pages; with one table alone. Left out: it is one page.',
  ),
  changes: about(
    v.optional(Changes),
    'What is asked for instead of all rows once these have been loaded; with one table that has a `key`. Left out: each load is one of all rows.',
  ),
});

/** When loads that failed are tried again. */
export const Retry = v.strictObject({
  max_attempts: about(v.optional(integer(1, 10), 5), 'How often a load is tried in all.'),
  backoff_s: about(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3600)), 2),
    'Longest pause after the first attempt, seconds; it doubles with each, and chance shortens it.',
  ),
});

/** What a load must have so as to replace the last version. */
export const Guard = v.strictObject({
  min_rows: about(v.optional(integer(0, Number.MAX_SAFE_INTEGER)), 'Fewest rows of all tables. Left out: any number.'),
  max_deleted: about(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    'Greatest share of rows, 0 to 1, that there may be fewer than in the version before. Left out: all may go.',
  ),
});

/** A definition as `PUT /resources/<title>/` takes it. */
export const Resource = v.strictObject({
  description: about(
    v.optional(v.pipe(v.string(), v.maxLength(4096))),
    'For people: what the data is, and whom to ask about it.',
  ),
  origin: Origin,
  parameters: about(
    v.optional(v.record(v.string(), v.unknown())),
    'JSON Schema (2020-12) of an object: the parameters, each with its type and default. `additionalProperties` counts as false. Left out: there are none.',
  ),
  parameters_max_bytes: about(
    v.optional(integer(2, MAX_REQUEST_BYTES), USUAL_PARAMETERS_BYTES),
    'Most bytes of the values as JSON, defaults included: each set of them is kept with its cache.',
  ),
  scope: about(
    v.optional(v.picklist(['shared', 'user']), 'shared'),
    'Whether all users share a cache, or each has one of their own.',
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
    'How the origin writes tables: JSON, a JSON value a line, CSV (RFC 4180) whose first line names the columns, or XML.',
  ),
  csv: about(v.optional(CsvDialect), 'How CSV is written, where it is not as RFC 4180 has it. Format `csv` alone.'),
  charset: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
    'Character encoding of an answer with tables, by any label of the Encoding standard, such as `windows-1251`; a byte order mark goes first. Left out: of CSV and XML what the answer says, of XML then what it begins with, else UTF-8.',
  ),
  content_type: about(
    v.optional(MediaType),
    'Media type that the answer must have; `*/*` takes any. Left out: those that are usual for the format.',
  ),
  ttl_s: about(v.optional(integer(0, 31_536_000), 3600), 'How long a load counts as fresh, seconds.'),
  stale_while_revalidate_s: about(
    v.optional(integer(0, 31_536_000), 0),
    'How long after that it is still served at once while new data is loaded, seconds (RFC 5861).',
  ),
  stale_if_error_s: about(
    v.optional(integer(0, 31_536_000), 86_400),
    'How long it may stand when the origin fails, seconds after it expired (RFC 5861).',
  ),
  error_ttl_s: about(
    v.optional(integer(0, 86_400), 30),
    'How long after a failed load reads do not ask the origin again, seconds.',
  ),
  refresh_min_s: about(
    v.optional(integer(0, 86_400), 0),
    "A refresh asked for so soon after a load ended gets that load's task, seconds.",
  ),
  wait_s: about(
    v.optional(integer(0, 30), 10),
    'How long a read waits for a load before it is answered 202, seconds. `Prefer: wait` replaces it.',
  ),
  retry: about(v.optional(Retry, {}), 'When loads that failed are tried again.'),
  retain_versions: about(
    v.optional(integer(1, 1000), 50),
    'How many versions that changed the body are kept: from those a device gets a delta.',
  ),
  schedule: about(
    v.optional(v.string()),
    'Cron expression of five fields, in UTC: refreshes every cache that was read in the last 7 days. Left out: none.',
  ),
  live: about(
    v.optional(v.literal('told')),
    '`told`: devices with a live socket are told of changes, and nothing more. Left out: what they are told of is also loaded again when it expires.',
  ),
  guard: about(v.optional(Guard), 'What a load must have so as to replace the last version. Left out: nothing.'),
  tables: about(
    v.optional(v.pipe(v.array(TableDefinition), v.minLength(1), v.maxLength(16))),
    'The tables in the answer: these have versions and deltas by row. Left out: bodies pass through as they are.',
  ),
});
/** A definition with its defaults. */
export type Resource = v.InferOutput<typeof Resource>;

/** A definition as it goes over the wire: PUT takes what GET gave, with or without what the service adds. */
export const Definition = v.strictObject({
  title: about(v.optional(ResourceTitle), 'As in the path: 1 to 128 letters, digits, `_`, `.` or `-`.'),
  ...Resource.entries,
  warnings: about(
    v.optional(v.array(v.string())),
    'What PUT would refuse by now, in a definition that an earlier release took, and what it advises against; in answers to PUT also secrets that are not set. Not read by PUT. Left out: nothing.',
  ),
});

/** A definition as it is answered: with its title and all defaults. */
export const DefinitionAnswer = v.intersect([
  Definition,
  v.object({ title: about(ResourceTitle, 'Title of the resource.') }),
]);

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
  /** What `origin.source` names, read together with the definition; absent: it names none, or one that is not there. */
  source?: StoredSource;
}

/** A resource that is there. */
export interface DefinedResource extends StoredResource {
  definition: Resource;
}

/** Whether there is a definition: the resource is neither unknown nor deleted. */
export function isDefined(stored: StoredResource | null): stored is DefinedResource {
  return stored !== null && stored.definition !== null;
}
