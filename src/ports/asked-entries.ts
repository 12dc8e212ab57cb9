/** Look-ups of many entries at once, as `/sync/` makes them: what is asked for, and what one statement tells. */

import type { Entry, ResourceMark } from './entry.ts';

/** A key that is looked up with others. */
export interface AskedEntry {
  key: string;
  /** Title of the resource that the request names. */
  resource: string;
  /** A replica that answers must know as much; absent: any may answer. */
  bookmark?: string | undefined;
}

/** What one statement for many keys tells of one of them. */
export interface ReadEntry {
  entry: Entry | null;
  mark: ResourceMark | null;
  bookmark?: string;
  /** Its chain is longer than a statement for many reads (MAX_READ_LINKS), and `entry.chain` is empty. */
  isCut: boolean;
}

/** An entry that must be as new as a request knows it to be. */
export interface SoughtEntry extends AskedEntry {
  isReached(entry: Entry | null): boolean;
}
