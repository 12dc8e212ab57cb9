/** Words and limits of the protocol (CONTRACT): each stands here once. */

/** Path under which the whole API stands. */
export const API_BASE = '/api/v1';

/** Version of this release, as package.json has it. */
export const VERSION = '0.1.0';

/** Names of headers that are ours, or that more than one module needs. */
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

/** Content type of JSON answers, byte for byte as in the published API. */
export const JSON_TYPE = 'application/json; charset=utf-8';
/** Content type of problems (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** Most bytes of a request's body. */
export const MAX_REQUEST_BYTES = 65_536;
/** Most bytes of a set of parameters as JSON, unless the definition says otherwise (`parameters_max_bytes`). */
export const USUAL_PARAMETERS_BYTES = 2048;
/** Deepest nesting of arrays and objects in a parameter value. */
export const MAX_NESTING = 32;
/** Most and usual number of items on a page of a list. */
export const MAX_PAGE = 1000;
/** Bytes of parameters or definitions after which a page of a list ends early. */
export const MAX_PAGE_BYTES = 4_194_304;
/** Most caches that one administrative call refreshes or purges. */
export const MAX_BULK = 500;
/** Longest `Prefer: wait`, seconds. */
export const MAX_WAIT_S = 30;
/** Longest user name and device id, characters. */
export const MAX_USER_LENGTH = 256;
export const MAX_DEVICE_LENGTH = 128;
/** Cap of `origin.max_bytes`: the largest answer of an origin, bytes. */
export const MAX_ORIGIN_BYTES = 33_554_432;
/** Longest `Retry-After` of an origin that is heeded, seconds. */
export const MAX_RETRY_AFTER_S = 3600;
/** How long ended tasks stay readable, and how many of a cache. */
export const TASK_RETENTION_MS = 7 * 86_400_000;
export const TASK_RETENTION_COUNT = 1000;
/**
 * A lease outlives the origin's time-out by this: a minute that we may make the load wait, and what the consumer needs to stop
 * first, and to commit.
 */
export const LEASE_MARGIN_MS = 90_000;
/** That last part: a load is over so long before its lease. */
export const LEASE_RESERVE_MS = 30_000;
/** How long a resource definition may be kept in an isolate. */
export const DEFINITION_CACHE_MS = 30_000;
/** How long what D1 told last, entries and definitions, stands while D1 does not answer; then reads are 503. */
export const LAST_KNOWN_MS = 3_600_000;
/** Most rows of all tables of a cache: what the id maps of two versions may take of an isolate's memory (memory-shares.ts). */
export const MAX_ROWS = 500_000;
/** Most rows of a table with a `key`: their hashes share that memory with the id maps. */
export const MAX_KEYED_ROWS = 400_000;
/** Largest body made of tables, bytes: row ids and the `null` of missing members make it larger than the answer. */
export const MAX_TABLES_BYTES = 134_217_728;
/** Deepest nesting of arrays and objects in an origin's answer with tables. */
export const MAX_ORIGIN_NESTING = 128;
/** Most bytes of tables that a load holds because they came before their turn. */
export const MAX_EARLY_BYTES = 4_194_304;
/** Largest delta that is written, and most bytes of deltas that are folded for one answer. */
export const MAX_DELTA_BYTES = 4_194_304;
/** A delta up to this size is written however small the body is; a larger one only up to half of the body. */
export const SMALL_DELTA_BYTES = 4096;
/** Most deltas folded for one answer: each may cost a call to R2 and two to the edge cache, and those of a request are limited. */
export const MAX_FOLDED_DELTAS = 250;
/** Most links of a chain that one statement for many entries reads: all of them fit an isolate. */
export const MAX_READ_LINKS = 64;
/** `POST /sync/`: most caches that one request names, most and usual bytes of bodies in its answer. */
export const MAX_SYNC_ITEMS = 100;
export const MAX_INLINE_BYTES = 4_194_304;
export const USUAL_INLINE_BYTES = 262_144;
/** How long its answer is held for loads, usually and by `Prefer: wait`, seconds; and loads that it waits for. */
export const SYNC_HOLD_S = 5;
export const MAX_SYNC_HOLD_S = 10;
export const MAX_SYNC_LOADS = 10;
/** Content type of answers of a line an item. */
export const LINES_TYPE = 'application/x-ndjson';
