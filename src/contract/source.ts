/** Sources (CONTRACT 4 "Sources"): one system that many resources ask, with its address, the way there and what lets us in. */

import * as v from 'valibot';
import { about } from './about.ts';
import { OAuth2 } from './oauth.ts';
import { ResourceTitle } from './resource.ts';
import { Binding, Secret } from './source-members.ts';
import { Timestamp } from './timestamp.ts';
import { integer, Warnings, Whole } from './values.ts';

/** Names stand in paths and logs, as titles of resources do. */
export const SourceName = ResourceTitle;
/** Most characters of a definition as JSON: each read of a resource reads that of its source. */
export const MAX_SOURCE_CHARACTERS = 8192;
/** Most resources that name one source: a change of it counts their numbers on in one statement. */
export const MAX_RESOURCES_OF_SOURCE = 1000;

/** RFC 7617. */
export const BasicAuth = v.strictObject({
  user: about(
    v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
    `User name, or \`\${ORIGIN_NAME}\` for a secret that holds it. Without a colon.`,
  ),
  password: about(Secret, `The secret that holds the password, written \`\${ORIGIN_NAME}\`.`),
});
export type BasicAuth = v.InferOutput<typeof BasicAuth>;

/** What lets us in. */
export const SourceAuth = v.strictObject({
  basic: about(v.optional(BasicAuth), 'User name and password (RFC 7617), sent in UTF-8.'),
  oauth2: about(
    v.optional(OAuth2),
    'A token that is asked for with client credentials (RFC 6749 section 4.4), in place of `basic`.',
  ),
  query: about(
    v.optional(v.record(v.string(), Secret)),
    `Parameters of the query that each request gets, such as an API key: name, and the secret that holds the value, written \`\${ORIGIN_NAME}\`.`,
  ),
});
export type SourceAuth = v.InferOutput<typeof SourceAuth>;

/** How often a source may be asked. */
export const Rate = v.strictObject({
  requests: about(integer(1, 10_000), 'Most requests within any `per_s` seconds: pages, retries and redirects count.'),
  per_s: about(integer(1, 3600), 'That time, seconds.'),
});

/** A definition as `PUT /sources/<name>/` takes it. */
export const Source = v.strictObject({
  description: about(
    v.optional(v.pipe(v.string(), v.maxLength(2048))),
    'For people: what the system is, and whom to ask about it.',
  ),
  url: about(
    v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))),
    'Address of the system, without query. `origin.url` of a resource is relative to it, and never leaves its scheme, host and port.',
  ),
  via: about(
    v.optional(Binding),
    'Binding by which requests go: a VPC service or a client certificate (mTLS). Left out: over the internet.',
  ),
  database: about(
    v.optional(
      v.pipe(v.string(), v.regex(/^SQL_[A-Za-z0-9_]{1,64}$/, 'must be the name of a binding, such as SQL_ERP')),
    ),
    'Hyperdrive binding of a database, in place of `url`.',
  ),
  headers: about(
    v.optional(v.record(v.string(), v.string()), {}),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    'Headers of each request. `${ORIGIN_NAME}` in a value is a secret of the service. A header of the same name in the resource goes before it.',
  ),
  auth: about(v.optional(SourceAuth), 'What lets us in. Left out: nothing but `headers`.'),
  concurrency: about(
    v.optional(integer(1, 100)),
    'Most loads of the source at once, of all resources and isolates together. Left out: any number; of a database 2, at most 20.',
  ),
  rate: about(
    v.optional(Rate),
    'Most requests within a time, of all resources and isolates together. Left out: any number.',
  ),
});
/** A definition with its defaults. */
export type Source = v.InferOutput<typeof Source>;

/** How the gate of a source stands. */
export const SourceState = v.strictObject({
  permits: about(Whole, 'How many loads are let in right now.'),
  closed_until: about(
    v.nullable(Timestamp),
    'Until when no load is let in, because the source said that it has too much to do; null: it is open.',
  ),
  closed_by: about(v.nullable(Whole), 'The status by which the source said so: 429 or 503; null: it is open.'),
  token_until: about(
    v.nullable(Timestamp),
    'Until when the token is good that loads are sent with; null: there is none. It is replaced before that.',
  ),
  next_request: about(v.nullable(Timestamp), 'When the next request may be made by `rate`; null: now.'),
});
export type SourceState = v.InferOutput<typeof SourceState>;

/** A source as it is answered: its name, and the definition with its defaults. */
export const SourceAnswer = v.strictObject({
  name: about(SourceName, 'Names the source.'),
  ...Source.entries,
  state: about(v.optional(SourceState), 'With `expand=state`: how its limits stand.'),
  warnings: Warnings,
});
export type SourceAnswer = v.InferOutput<typeof SourceAnswer>;

/** The body of `PUT /sources/<name>/`, for the OpenAPI text: what GET gave can be put back. */
export const SourceDefinition = v.strictObject({
  name: about(v.optional(SourceName), 'If it is there, the name in the path.'),
  ...Source.entries,
  state: about(v.optional(SourceState), 'Is ignored.'),
  warnings: about(v.optional(v.array(v.string())), 'Is ignored.'),
});

/** A source as it is stored. */
export interface StoredSource {
  name: string;
  definition: Source;
  /** Grows with each change of the definition, ms since the epoch: the expected value of the next write. */
  changedAt: number;
}

/** Table `sources`. Every call throws what D1 throws. */
export interface Sources {
  /** From D1's primary; null: there is none. */
  read(name: string): Promise<StoredSource | null>;
  /** A page in order of name, after `after`; `next` is the name to go on after. */
  list(after: string | null, limit: number): Promise<{ sources: StoredSource[]; next: string | null }>;
  /** How many resources name it. */
  countResources(name: string): Promise<number>;
  /** The first of them, in order of title. */
  titlesOf(name: string, limit: number): Promise<string[]>;
  /**
   * Writes a definition if `expected` is still the stored `changedAt` (null: there is none). With `matters` the numbers of all
   * resources that name it grow in the same batch. Null: somebody else was faster.
   */
  put(
    name: string,
    definition: Source,
    matters: boolean,
    expected: number | null,
    now: number,
  ): Promise<{ source: StoredSource; resources: readonly string[] } | null>;
  /** Deletes it unless a resource names it. False: one does, or `expected` does not hold. */
  remove(name: string, expected: number): Promise<boolean>;
}
