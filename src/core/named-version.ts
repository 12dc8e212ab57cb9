/**
 * The version of a cache that a device says it has; this location may know only older ones
 * (CONTRACT 3, "A newer version than this location knows").
 */

import type { DeltaRange } from './choose-delta.ts';
import { parseEntityTags } from './conditions.ts';
import { versionOfEtag } from './etag.ts';
import { type DeltaRequest, highestVersion } from './x-delta.ts';

/** The parts of a request that can name versions. */
export interface VersionNames {
  delta: DeltaRequest | null;
  ifNoneMatch: string | undefined;
  /** Names the version that the device holds, only with `X-Delta: auto`. */
  ifMatch: string | undefined;
  lastEventId: string | undefined;
}

/** The highest version of the cache `key` that a request names; 0: none. */
export function namedVersion(names: VersionNames, key: string): number {
  return Math.max(
    names.delta === null ? 0 : highestVersion(names.delta),
    highestTag(names.ifNoneMatch, key),
    names.delta?.kind === 'auto' ? highestTag(names.ifMatch, key) : 0,
    lastEventVersion(names.lastEventId),
  );
}

/** The version that a `Last-Event-ID` names, as the events of `/rpc/` do; 0: none. */
export function lastEventVersion(header: string | undefined): number {
  return header === undefined ? 0 : Number(/^v([1-9][0-9]{0,14})$/.exec(header)?.[1] ?? 0);
}

/**
 * The versions between which a request asks for the delta. For `auto` it starts at the highest version that the tags
 * name and that this cache has reached; null: they name none.
 */
export function deltaRange(names: Omit<VersionNames, 'lastEventId'>, key: string, last: number): DeltaRange | null {
  const { delta, ifNoneMatch, ifMatch } = names;
  if (delta === null) return null;
  if (delta.kind === 'between') return delta;
  const from = highestTag(ifNoneMatch, key, last) || highestTag(ifMatch, key, last);
  return from === 0 ? null : { from, to: null };
}

function highestTag(header: string | undefined, key: string, last = Number.POSITIVE_INFINITY): number {
  if (header === undefined) return 0;
  const tags = parseEntityTags(header);
  if (tags === '*') return 0;
  let highest = 0;
  for (const { tag } of tags) {
    const version = versionOfEtag(tag, key) ?? 0;
    if (version <= last && version > highest) highest = version;
  }
  return highest;
}
