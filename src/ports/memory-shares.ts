/**
 * How the memory of an isolate is shared out, bytes. It has 128 MB for everything at once; what is left of that beside the
 * budget is the runtime's, the code's, and garbage that is not collected yet. docs/storage.md tells how each share comes about,
 * and test/worker/memory-shares.test.ts fills those that hold something between requests.
 */

/** Of all shares together. */
export const MEMORY_BUDGET = 100_000_000;

/** A request that is held, measured (`npm run soak -- bounds held-requests`): 10.6 KB while it waits, 9.6 KB in an event stream. */
export const HELD_REQUEST_BYTES = 11_000;

export const MEMORY_SHARES = {
  /** The one heavy load: id maps of two versions of MAX_ROWS rows, a part of the body, the delta. */
  heavyLoad: 42_000_000,
  /** Ten loads of some 400 KB or HEAVY_ROWS rows each; one of 1 MiB, the largest that is light, holds three times as much. */
  lightLoads: 13_000_000,
  /** Deltas being folded, and those that the edge does not keep while they are read. */
  folds: 10_500_000,
  /** Small bodies and stored deltas that were read last. */
  hotBlobs: 3_000_000,
  /** Small folded deltas that were read last. */
  hotDeltas: 1_000_000,
  /** Bodies in answers to `/sync/` while they are read: of each answer one at a time, of up to 192 KiB. */
  inlineBodies: 1_000_000,
  /** Compressors of such answers, while they are read. */
  compressors: 1_000_000,
  /** A record a key: copies of its entry, also as it lay at the edge. */
  entryCopies: 4_000_000,
  /** Definitions, with the compiled schemas of their parameters. */
  definitions: 2_700_000,
  /** Webhooks: which events each is told of. */
  webhooks: 300_000,
  /** Which cache a query means. */
  knownCaches: 500_000,
  /** Tokens that were verified. */
  tokens: 1_500_000,
  /** Records of devices on their way to the queue. */
  syncRecords: 800_000,
  /** Full checks of devices on their way to the queue. */
  syncChecks: 200_000,
  /** Ended tasks that were asked for. */
  endedTasks: 500_000,
  /** Maps of small values by key: what was noted, what is fetched. */
  keys: 1_500_000,
  /** Requests that are held. */
  heldRequests: 16_500_000,
} as const;

/** What a row takes of the id maps of two versions, bytes (measured). */
export const ROW_BYTES = 68;

/**
 * What a heavy load has for its id maps and for changes that it holds, bytes: its share without a part of the body (5 MiB), the delta (4 MiB),
 * and 1 MiB of what readers and writers hold besides (measured: test/support/fill-heavy-load.ts).
 */
export const CHANGES_ROOM = MEMORY_SHARES.heavyLoad - 10_485_760;

/** A load is heavy once its answer has brought more than this, bytes. */
export const HEAVY_BYTES = 1_048_576;

/**
 * A load is heavy, too, once it has read more rows than this. A row takes 68 bytes of id maps (measured), so ten loads of 19,100
 * rows fill the share `lightLoads`; the last piece of an answer, 8 KiB, may bring 4,096 rows before they are counted.
 */
export const HEAVY_ROWS = 15_000;

/** The same where rows have keys: the hash of each takes 16 bytes more. */
export const HEAVY_KEYED_ROWS = 11_000;
