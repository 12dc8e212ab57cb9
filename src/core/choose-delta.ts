/**
 * Chooses how to build a delta between two versions (CONTRACT 3 "Tables and deltas"). It uses only the entry: nothing
 * is read for a delta that cannot be built or is not worth it.
 *
 * A version that changed nothing has the content of the kept version before it, and can take its place as start or end.
 * Versions below the oldest kept one cannot be used, including those that changed nothing: the version whose content
 * they have was dropped.
 */

import { MAX_DELTA_BYTES, MAX_FOLDED_DELTAS, SMALL_DELTA_BYTES } from '../contract/constants.ts';
import type { Entry, Link, Loaded } from '../ports/entry.ts';

/** From a version (0: nothing yet) to another one; if `to` is null, to the last one. */
export interface DeltaRange {
  from: number;
  to: number | null;
}

/** The delta of one load, as stored in R2. */
export interface StoredStep {
  fence: number;
  bytes: number;
}

export interface ChosenDelta {
  from: number;
  to: number;
  /** Kept versions with the content of `from` (0: nothing) and `to`. */
  fromChanged: number;
  toChanged: number;
  /** `Cache-Hash-Value` of the end version. */
  hash: string;
  /** The deltas to fold, oldest first; empty: nothing differs. `all`: every row of the table is an insert. */
  steps: readonly StoredStep[] | 'all';
}

/** Null: the answer is the newest full table. `range` names no version above the last one. */
export function chooseDelta({ chain }: Pick<Entry, 'chain'>, loaded: Loaded, range: DeltaRange): ChosenDelta | null {
  const { from } = range;
  const to = range.to ?? loaded.version;
  if (from === 0) return to === loaded.version ? everyRow(loaded) : null;

  const start = chain.findLastIndex(({ version }) => version <= from);
  const end = chain.findLastIndex(({ version }) => version <= to);
  const [first, last] = [chain[start], chain[end]];
  if (first === undefined || last === undefined || last.hash === null) return null;

  const steps = storedSteps(chain.slice(start + 1, end + 1));
  if (steps === null || !isWorthIt(steps, loaded)) return null;
  return { from, to, fromChanged: first.version, toChanged: last.version, hash: last.hash, steps };
}

function everyRow({ version, changed, hash }: Loaded): ChosenDelta | null {
  if (hash === null) return null;
  return { from: 0, to: version, fromChanged: 0, toChanged: changed, hash, steps: 'all' };
}

/** Null: a gap is between the versions. */
function storedSteps(links: readonly Link[]): StoredStep[] | null {
  const steps: StoredStep[] = [];
  for (const { fence, deltaBytes } of links) {
    if (deltaBytes === null) return null;
    steps.push({ fence, bytes: deltaBytes });
  }
  return steps;
}

function isWorthIt(steps: readonly StoredStep[], { bytes }: Loaded): boolean {
  const sum = steps.reduce((total, step) => total + step.bytes, 0);
  return steps.length <= MAX_FOLDED_DELTAS && sum <= Math.min(Math.max(bytes, SMALL_DELTA_BYTES), MAX_DELTA_BYTES);
}

/**
 * The versions that an event stream must still send (CONTRACT 3 "Live"): the kept ones after `lastVersion`, oldest
 * first. Only the newest one if the client has no version (0), or one older than all kept versions: the versions in
 * between are no longer all known.
 */
export function versionsSince(chain: readonly Link[], lastVersion: number): readonly Link[] {
  const start = chain.findLastIndex(({ version }) => version <= lastVersion);
  return start < 0 ? chain.slice(-1) : chain.slice(start + 1);
}
