/**
 * How the memory of an isolate is divided, bytes. An isolate has 128 MB for everything. What the budget leaves of it is
 * for the runtime, the code, and garbage that is not collected yet. docs/storage.md explains each share, and
 * test/worker/memory-shares.test.ts fills the shares that hold something between requests.
 */

/** The sum of all shares is at most this. */
export const MEMORY_BUDGET = 100_000_000;

/**
 * Memory of one held request, measured (`npm run soak -- bounds held-requests`): 10.6 KB while it waits, 9.6 KB in an
 * event stream.
 */
export const HELD_REQUEST_BYTES = 11_000;

export const MEMORY_SHARES = {
  /** The one heavy load: id maps of two versions of MAX_ROWS rows, a part of the body, the delta. */
  heavyLoad: 42_000_000,
  /** Ten loads of about 400 KB or HEAVY_ROWS rows each. A load of 1 MiB, the largest light one, takes three times as much. */
  lightLoads: 13_000_000,
  /** Deltas while they are folded; deltas that the edge does not keep, while they are read. */
  folds: 10_500_000,
  /** Small bodies and stored deltas that were read recently. */
  hotBlobs: 3_000_000,
  /** Small folded deltas that were read recently. */
  hotDeltas: 1_000_000,
  /** Bodies in answers to `/sync/` while they are read: one at a time for each answer, of up to 192 KiB. */
  inlineBodies: 1_000_000,
  /** Compressors of these answers while they are read. */
  compressors: 1_000_000,
  /** One record for each key: copies of its entry, including the copy from the edge. */
  entryCopies: 4_000_000,
  /** Definitions, with the compiled schemas of their parameters. */
  definitions: 2_700_000,
  /** Which events each webhook is told of. */
  webhooks: 300_000,
  /** The cache key that belongs to a query. */
  knownCaches: 500_000,
  /** Tokens that were verified. */
  tokens: 1_500_000,
  /** Records of devices that wait to be sent to the queue. */
  syncRecords: 800_000,
  /** Full checks of devices that wait to be sent to the queue. */
  syncChecks: 200_000,
  /** Ended tasks that were read. */
  endedTasks: 500_000,
  /** Maps of small values by key: recent notes, fetches in progress. */
  keys: 1_500_000,
  /** Held requests. */
  heldRequests: 16_500_000,
} as const;

/** Memory of one row in the id maps of two versions, bytes (measured). */
export const ROW_BYTES = 68;

/**
 * Memory of a heavy load for id maps and for the changes that it holds, bytes: its share less a part of the body (5
 * MiB), the delta (4 MiB), and 3 MiB that readers and writers hold (measured: test/support/fill-heavy-load.ts).
 */
export const CHANGES_ROOM = MEMORY_SHARES.heavyLoad - 12_582_912;

/** A load is heavy once its answer exceeds this, bytes. */
export const HEAVY_BYTES = 1_048_576;

/**
 * A load is also heavy once it has read more rows than this. A row takes 68 bytes of id maps (measured), so ten loads
 * of 19,100 rows fill the share `lightLoads`. The limit is lower because the last piece of an answer, 8 KiB, may bring
 * 4,096 rows before they are counted.
 */
export const HEAVY_ROWS = 15_000;

/** The same limit for rows with keys: the hash of each key takes 16 bytes more. */
export const HEAVY_KEYED_ROWS = 11_000;
