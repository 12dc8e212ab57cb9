/** What the client adds to an app, within scripts/limits.json. */

import { expect, it } from 'vitest';
import { hasSources, PARTS, partBytes, togetherBytes } from '../../../scripts/client/sizes.ts';
import limits from '../../../scripts/limits.json' with { type: 'json' };

/** Empty within the limit; else by how much it is over it, which is what somebody who sees the failure needs to know. */
function excess(name: string, bytes: number, limit: number): string {
  if (bytes <= limit) return '';
  return `${name}: ${bytes} bytes gzipped, ${bytes - limit} over the limit of ${limit} (scripts/limits.json)`;
}

it('has a limit for each part, and a part for each limit', () => {
  expect(PARTS.map(({ name }) => name)).toEqual(Object.keys(limits.clientGzippedBytes));
});

it.each(PARTS.filter(hasSources))('adds no more to an app by $name than its limit', async (part) => {
  const bytes = await partBytes(part);
  expect(bytes).toBeGreaterThan(0);
  expect(excess(part.name, bytes, limits.clientGzippedBytes[part.name])).toBe('');
});

it('keeps core, IndexedDB and React together within theirs', async () => {
  const used = PARTS.filter((part) => ['core', 'indexedDb', 'react'].includes(part.name) && hasSources(part));
  const bytes = await togetherBytes(used);
  expect(excess('core, IndexedDB and React', bytes, limits.clientWithIndexedDbAndReactGzippedBytes)).toBe('');
});
