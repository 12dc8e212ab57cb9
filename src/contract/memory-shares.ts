/**
 * How the memory of an isolate is shared out, bytes. It has 128 MB for everything at once; 28 MB are the runtime's, the code's
 * and of garbage that is not collected yet. docs/storage.md has the table, and test/worker/memory-shares.test.ts fills it.
 */

/** Of all shares together. */
export const MEMORY_BUDGET = 100_000_000;

export const MEMORY_SHARES = {
  /** Small bodies and stored deltas that were read last. */
  hotBlobs: 8_000_000,
  /** Small folded deltas that were read last. */
  hotDeltas: 2_000_000,
  /** Deltas being folded, and those that the edge does not keep while they are read. */
  folds: 20_971_520,
} as const;
