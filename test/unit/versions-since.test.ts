import { expect, it } from 'vitest';
import { versionsSince } from '../../src/core/choose-delta.ts';

const chain = [3, 5, 8].map((version) => ({ version, fence: version, deltaBytes: 1, hash: null }));

it.each([
  ['none was told', 0, [8]],
  ['one older than those kept', 2, [8]],
  ['the oldest kept', 3, [5, 8]],
  ['one that changed nothing', 6, [8]],
  ['the newest', 8, []],
  ['one that came after it and changed nothing', 9, []],
])('tells what came since %s', (_name, told, versions) => {
  expect(versionsSince(chain, told).map(({ version }) => version)).toEqual(versions);
});

it('tells nothing of a cache without versions', () => {
  expect(versionsSince([], 0)).toEqual([]);
});
