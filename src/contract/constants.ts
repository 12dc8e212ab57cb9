/** Names and limits of the protocol (CONTRACT); each is defined only here. */

/** Path of the whole API. */
export const API_BASE = '/api/v1';

/** Version of this release, the same as in package.json. */
export const VERSION = '0.2.0';

/** Names of headers that are this service's own, or that several modules need. */
export const HEADER = {
  contentVersion: 'Content-Version',
  cacheHashValue: 'Cache-Hash-Value',
  cacheStatus: 'Cache-Status',
  deviceId: 'X-Device-Id',
  delta: 'X-Delta',
  requestId: 'X-Request-Id',
  reason: 'X-Reason',
  preferenceApplied: 'Preference-Applied',
} as const;

/** Content type of JSON answers, byte for byte the one of the published API. */
export const JSON_TYPE = 'application/json; charset=utf-8';
/** Content type of problems (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** Most bytes of a request's body. */
export const MAX_REQUEST_BYTES = 65_536;
/** Most bytes of a set of parameters as JSON, unless the definition sets `parameters_max_bytes`. */
export const USUAL_PARAMETERS_BYTES = 2048;
/** Deepest nesting of arrays and objects in a parameter value. */
export const MAX_NESTING = 32;
/** Maximum and default number of items on a page of a list. */
export const MAX_PAGE = 1000;
/** A page of a list ends early after this many bytes of parameters or definitions. */
export const MAX_PAGE_BYTES = 4_194_304;
/** Most caches that one administrative call refreshes or purges. */
export const MAX_BULK = 500;
/** Longest `Prefer: wait`, seconds. */
export const MAX_WAIT_S = 30;
/** Longest user name and device id, characters. */
export const MAX_USER_LENGTH = 256;
export const MAX_DEVICE_LENGTH = 128;
/** Maximum of `origin.max_bytes`: the largest answer of an origin, bytes. */
export const MAX_ORIGIN_BYTES = 33_554_432;
/** Longest `Retry-After` of an origin that is respected, seconds. */
export const MAX_RETRY_AFTER_S = 3600;
/** How long ended tasks can be read, and how many for each cache. */
export const TASK_RETENTION_MS = 7 * 86_400_000;
export const TASK_RETENTION_COUNT = 1000;
/** How much longer than the origin's time-out a lease is, ms: one minute of waiting before the load, plus LEASE_RESERVE_MS. */
export const LEASE_MARGIN_MS = 90_000;
/** The end of a lease that is left for the consumer to stop the load and commit, ms. */
export const LEASE_RESERVE_MS = 30_000;
/** How long an isolate may keep a copy of a resource definition. */
export const DEFINITION_CACHE_MS = 30_000;
/** How long the last known entries and definitions are used while D1 does not answer; after that, reads are 503. */
export const LAST_KNOWN_MS = 3_600_000;
/** Most rows of all tables of a cache, limited by the memory for the id maps of two versions (memory-shares.ts). */
export const MAX_ROWS = 500_000;
/** Most rows of a table with a `key`: the hashes of the keys share that memory with the id maps. */
export const MAX_KEYED_ROWS = 400_000;
/** Largest body made of tables, bytes: row ids and `null` for missing members make it larger than the origin's answer. */
export const MAX_TABLES_BYTES = 134_217_728;
/** Deepest nesting of arrays and objects in an origin's answer with tables. */
export const MAX_ORIGIN_NESTING = 128;
/** Most bytes of tables that a load holds because they arrived before their turn. */
export const MAX_EARLY_BYTES = 4_194_304;
/** Largest delta that is written, and most bytes of stored deltas that are folded for one answer. */
export const MAX_DELTA_BYTES = 4_194_304;
/** A delta up to this size is always written; a larger one only if it has at most half the size of the body. */
export const SMALL_DELTA_BYTES = 4096;
/**
 * Most deltas folded for one answer. Each may cost one call to R2 and two to the edge cache, and the calls of a request
 * are limited.
 */
export const MAX_FOLDED_DELTAS = 250;
/** Most links of a chain that one statement for many entries reads, so that all chains together fit in an isolate. */
export const MAX_READ_LINKS = 64;
/** `POST /sync/`: most caches in one request; maximum and default bytes of bodies in its answer. */
export const MAX_SYNC_ITEMS = 100;
export const MAX_INLINE_BYTES = 4_194_304;
export const USUAL_INLINE_BYTES = 262_144;
/**
 * `POST /sync/`: how long an answer is held for loads by default and by `Prefer: wait`, seconds; most loads that it
 * waits for.
 */
export const SYNC_HOLD_S = 5;
export const MAX_SYNC_HOLD_S = 10;
export const MAX_SYNC_LOADS = 10;
/** Content type of answers with one item per line. */
export const LINES_TYPE = 'application/x-ndjson';
