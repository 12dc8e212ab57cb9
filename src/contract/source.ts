/**
 * Sources (CONTRACT 4 "Sources"): a system that several resources load from, with its address, network path and
 * credentials.
 */

import * as v from 'valibot';
import { about } from './about.ts';
import { OAuth2 } from './oauth.ts';
import { Binding, integer, ResourceTitle, Secret, Timestamp, Warnings, Whole } from './values.ts';

/** Names occur in paths and logs, as titles of resources do. */
export const SourceName = ResourceTitle;
/** Most characters of a definition as JSON: each read of a resource also reads its source. */
export const MAX_SOURCE_CHARACTERS = 8192;
/** Most resources that name one source: a change of the source increases their numbers in one statement. */
export const MAX_RESOURCES_OF_SOURCE = 1000;

/** User name and password (RFC 7617). */
export const BasicAuth = v.strictObject({
  user: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
    `User name, or \`\${ORIGIN_NAME}\` for a secret that holds it. Without a colon.`,
  ),
  password: about(Secret, `The secret that holds the password, written \`\${ORIGIN_NAME}\`.`),
});
export type BasicAuth = v.InferOutput<typeof BasicAuth>;

/** Credentials for a source. */
export const SourceAuth = v.strictObject({
  basic: about(v.optional(BasicAuth), 'User name and password (RFC 7617), sent in UTF-8.'),
  oauth2: about(
    v.optional(OAuth2),
    'A token obtained with client credentials (RFC 6749 section 4.4), instead of `basic`.',
  ),
  query: about(
    v.optional(v.record(v.string(), Secret)),
    `Parameters that are added to the query of each request, such as an API key: the name, and the secret that holds the value, written \`\${ORIGIN_NAME}\`.`,
  ),
});
export type SourceAuth = v.InferOutput<typeof SourceAuth>;

/** How often a source may be called. */
export const Rate = v.strictObject({
  requests: about(integer(1, 10_000), 'Most requests in any `per_s` seconds; pages, retries and redirects count too.'),
  per_s: about(integer(1, 3600), 'Length of the time window, seconds.'),
});

/** A definition as `PUT /sources/<name>/` accepts it. */
export const Source = v.strictObject({
  description: about(
    v.optional(v.pipe(v.string(), v.maxLength(2048))),
    'What the system is and whom to ask about it, for people.',
  ),
  url: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))),
    'Address of the system, without query. `origin.url` of a resource is relative to it, and always keeps its scheme, host and port.',
  ),
  via: about(
    v.optional(Binding),
    'Binding through which requests go: a VPC service or a client certificate (mTLS). Left out: over the internet.',
  ),
  database: about(
    v.optional(
      v.pipe(v.string(), v.regex(/^SQL_[A-Za-z0-9_]{1,64}$/, 'must be the name of a binding, such as SQL_ERP')),
    ),
    'Hyperdrive binding of a database, instead of `url`.',
  ),
  headers: about(
    v.optional(v.record(v.string(), v.string()), {}),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: definitions contain this text
    'Headers of each request. `${ORIGIN_NAME}` in a value is a secret of the service. A header of the same name in the resource takes precedence.',
  ),
  auth: about(v.optional(SourceAuth), 'Credentials for the source. Left out: none besides `headers`.'),
  concurrency: about(
    v.optional(integer(1, 100)),
    'Most loads of the source at the same time, of all resources and isolates together. Left out: any number. For a database: 2 if left out, and at most 20.',
  ),
  rate: about(
    v.optional(Rate),
    'Most requests within a time window, of all resources and isolates together. Left out: any number.',
  ),
});
/** A definition with its defaults. */
export type Source = v.InferOutput<typeof Source>;

/** The state of a source's gate. */
export const SourceState = v.strictObject({
  permits: about(Whole, 'How many loads have a permit right now.'),
  closed_until: about(
    v.nullable(Timestamp),
    'Until when no load may start, because the source answered that it is overloaded; null: the gate is open.',
  ),
  closed_by: about(v.nullable(Whole), 'The status of that answer: 429 or 503; null: the gate is open.'),
  token_until: about(
    v.nullable(Timestamp),
    'When the token for requests expires; null: there is none. A new token is fetched before that.',
  ),
  next_request: about(
    v.nullable(Timestamp),
    'When `rate` allows the next request; null: `rate` delays none. It says nothing of `closed_until` and `permits`.',
  ),
});
export type SourceState = v.InferOutput<typeof SourceState>;

/** A source in an answer: its name, and the definition with its defaults. */
export const SourceAnswer = v.strictObject({
  name: about(SourceName, 'Name of the source.'),
  ...Source.entries,
  state: about(v.optional(SourceState), 'With `expand=state`: the current state of its limits.'),
  warnings: Warnings,
});
export type SourceAnswer = v.InferOutput<typeof SourceAnswer>;

/** The body of `PUT /sources/<name>/`, for the OpenAPI text; it accepts what GET answered. */
export const SourceDefinition = v.strictObject({
  name: about(v.optional(SourceName), 'Optional; must be the name in the path.'),
  ...Source.entries,
  state: about(v.optional(SourceState), 'Ignored.'),
  warnings: about(v.optional(v.array(v.string())), 'Ignored.'),
});

/** A source as it is stored. */
export interface StoredSource {
  name: string;
  definition: Source;
  /** Grows with each change of the definition, ms since the epoch; the next write must expect this value. */
  changedAt: number;
}

/** Table `sources`. Every call throws D1's errors. */
export interface Sources {
  /** From D1's primary; null: it does not exist. */
  read(name: string): Promise<StoredSource | null>;
  /** A page in order of name, after `after`; `next` is the name to continue after. */
  list(after: string | null, limit: number): Promise<{ sources: StoredSource[]; next: string | null }>;
  /** How many resources name the source. */
  countResources(name: string): Promise<number>;
  /** The first of these resources, in order of title. */
  titlesOf(name: string, limit: number): Promise<string[]>;
  /**
   * Writes a definition if `expected` is still the stored `changedAt` (null: there is none). With `matters`, the
   * numbers of all resources that name it grow in the same batch. Null: another writer was faster.
   */
  put(
    name: string,
    definition: Source,
    matters: boolean,
    expected: number | null,
    now: number,
  ): Promise<{ source: StoredSource; resources: readonly string[] } | null>;
  /** Deletes the source unless a resource names it. False: one does, or `expected` does not match. */
  remove(name: string, expected: number): Promise<boolean>;
}
