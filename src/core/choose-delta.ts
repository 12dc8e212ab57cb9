/**
 * How a delta between two versions is to be had (CONTRACT 3 "Tables and deltas"), by what an entry tells alone: nothing is
 * read for one that cannot be had or would not be worth it.
 *
 * A version that changed nothing has the content of the kept one before it, so it is as good a start or end as that. What is
 * older than the oldest kept version is no longer kept, and that includes those between it and the one let go before it.
 */

import { MAX_DELTA_BYTES, MAX_FOLDED_DELTAS, SMALL_DELTA_BYTES } from '../contract/constants.ts';
import type { Entry, Link, Loaded } from '../ports/entry.ts';

/** From a version (0: nothing yet) up to another one; where `to` is null, up to the last. */
export interface DeltaRange {
  from: number;
  to: number | null;
}

/** The delta of one load as it lies in R2. */
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
  /** The deltas to be folded, oldest first; none: nothing differs. `all`: every row of the table is an insert. */
  steps: readonly StoredStep[] | 'all';
}

/** Null: the newest full table is the answer. `range` names no version above the last one. */
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

/** Null: a gap lies between. */
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
 * Which versions an event stream has still to tell of (CONTRACT 3 "Live"): the kept ones after `lastVersion` (0: none was told), oldest first. The newest alone for whoever was told of none, or of one
 * older than those that are kept: what lies between could not all be told.
 */
export function versionsSince(chain: readonly Link[], lastVersion: number): readonly Link[] {
  const start = chain.findLastIndex(({ version }) => version <= lastVersion);
  return start < 0 ? chain.slice(-1) : chain.slice(start + 1);
}
