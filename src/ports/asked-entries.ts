/** Look-ups of many entries at once, as `/sync/` makes them: the question, and what one statement returns. */

import type { Entry, ResourceMark } from './entry.ts';

/** One of several keys that are looked up together. */
export interface AskedEntry {
  key: string;
  /** Title of the resource in the request. */
  resource: string;
  /** A replica may answer only if it has reached this bookmark; absent: any replica may answer. */
  bookmark?: string | undefined;
}

/** What one statement for many keys returns for one of them. */
export interface ReadEntry {
  entry: Entry | null;
  mark: ResourceMark | null;
  bookmark?: string;
  /** The chain is longer than a statement for many keys reads (MAX_READ_LINKS), so `entry.chain` is empty. */
  isCut: boolean;
}

/** An entry that must be at least as new as the request knows. */
export interface SoughtEntry extends AskedEntry {
  isReached(entry: Entry | null): boolean;
}
