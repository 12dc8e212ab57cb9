/** Which version of a cache a device says it has: this location may know less (CONTRACT 3, "A newer version than this location knows"). */

import { parseEntityTags } from './conditions.ts';
import { versionOfEtag } from './etag.ts';
import { type DeltaRequest, highestVersion } from './x-delta.ts';

/** The parts of a request that name versions. */
export interface VersionNames {
  delta: DeltaRequest | null;
  ifNoneMatch: string | undefined;
  /** Names the version held, for `X-Delta: auto` only. */
  ifMatch: string | undefined;
  lastEventId: string | undefined;
}

/** The highest version of the cache `key` that a request names; 0: none. */
export function namedVersion(names: VersionNames, key: string): number {
  return Math.max(
    names.delta === null ? 0 : highestVersion(names.delta),
    highestTag(names.ifNoneMatch, key),
    names.delta?.kind === 'auto' ? highestTag(names.ifMatch, key) : 0,
    Number(/^v([1-9][0-9]{0,14})$/.exec(names.lastEventId ?? '')?.[1] ?? 0),
  );
}

function highestTag(header: string | undefined, key: string): number {
  const tags = parseEntityTags(header ?? '');
  return tags === '*' ? 0 : Math.max(0, ...tags.map(({ tag }) => versionOfEtag(tag, key) ?? 0));
}
