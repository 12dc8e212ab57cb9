/** Which versions an event stream has still to tell of (CONTRACT 3 "Live"). */

import type { Link } from '../contract/entry.ts';

/**
 * The kept versions after `lastVersion` (0: none was told), oldest first. The newest alone for whoever was told of none, or of one
 * older than those that are kept: what lies between could not all be told.
 */
export function versionsSince(chain: readonly Link[], lastVersion: number): readonly Link[] {
  const start = chain.findLastIndex(({ version }) => version <= lastVersion);
  return start < 0 ? chain.slice(-1) : chain.slice(start + 1);
}
