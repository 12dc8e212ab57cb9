import { describe, expect, it } from 'vitest';
import { deltaRange, namedVersion } from '../../src/core/named-version.ts';
import { demandReached, highestVersion, parseDelta } from '../../src/core/x-delta.ts';

describe('grammar', () => {
  it.each([
    ['auto', { kind: 'auto' }, 0],
    ['v1-v2', { kind: 'between', from: 1, to: 2 }, 2],
    ['v2-v2', { kind: 'between', from: 2, to: 2 }, 2],
    ['v0-v3', { kind: 'between', from: 0, to: 3 }, 3],
    ['v7-last', { kind: 'between', from: 7, to: null }, 7],
    ['v0-last', { kind: 'between', from: 0, to: null }, 0],
  ])('%s', (header, request, highest) => {
    expect(parseDelta(header)).toEqual(request);
    expect(highestVersion(parseDelta(header))).toBe(highest);
  });

  it.each([
    '',
    'AUTO',
    'v2-v1',
    'v0-v0',
    'v1',
    '1-2',
    'v01-v2',
    'v1-v2, v2-v3',
    'v-1-v2',
    'v1-v1e3',
    'v1 - v2',
    'last',
    'v1-last-v3',
    `v1-v${'9'.repeat(16)}`,
  ])('refuses "%s"', (header) => {
    expect(() => parseDelta(header)).toThrow(expect.objectContaining({ code: 'invalid-header' }));
  });
});

describe('a version not reached yet', () => {
  it.each(['v1-v4', 'v4-last', 'v4-v5'])('refuses %s after v3', (header) => {
    expect(() => demandReached(parseDelta(header), 3)).toThrow(/names v[45], but the last version is v3/);
  });

  it.each(['v1-v3', 'v3-last', 'auto'])('takes %s after v3', (header) => {
    expect(() => demandReached(parseDelta(header), 3)).not.toThrow();
  });
});

describe('the highest version that a request names', () => {
  const key = 'a'.repeat(64);
  const none = { delta: null, ifNoneMatch: undefined, ifMatch: undefined, lastEventId: undefined };
  const tag = (version: number, of = key) => `"${of.slice(0, 16)}-v${version}"`;

  it.each([
    ['nothing', none, 0],
    ['X-Delta', { ...none, delta: parseDelta('v2-v5') }, 5],
    ['If-None-Match, the highest of several', { ...none, ifNoneMatch: `${tag(3)}, W/${tag(9)}` }, 9],
    ['a tag of another cache', { ...none, ifNoneMatch: tag(9, 'b'.repeat(64)) }, 0],
    ['any tag', { ...none, ifNoneMatch: '*' }, 0],
    ['If-Match beside auto', { ...none, ifMatch: tag(4), delta: parseDelta('auto') }, 4],
    ['If-Match alone', { ...none, ifMatch: tag(4) }, 0],
    ['Last-Event-ID', { ...none, lastEventId: 'v6' }, 6],
    ['another Last-Event-ID', { ...none, lastEventId: '6' }, 0],
  ])('%s', (_name, names, version) => {
    expect(namedVersion(names, key)).toBe(version);
  });
});

describe('the versions between which the difference is asked for', () => {
  const key = 'a'.repeat(64);
  const tag = (version: number, of = key) => `"${of.slice(0, 16)}-v${version}"`;
  const auto = { delta: parseDelta('auto'), ifNoneMatch: undefined, ifMatch: undefined };

  it.each([
    ['explicit ones', { ...auto, delta: parseDelta('v2-v5'), ifNoneMatch: tag(4) }, { from: 2, to: 5 }],
    [
      'auto by If-None-Match, before If-Match',
      { ...auto, ifNoneMatch: tag(4), ifMatch: tag(3) },
      { from: 4, to: null },
    ],
    [
      'auto by If-Match where If-None-Match names none',
      { ...auto, ifNoneMatch: '"x"', ifMatch: tag(3) },
      { from: 3, to: null },
    ],
    [
      'auto by the highest of several, weak or not',
      { ...auto, ifNoneMatch: `${tag(2)}, W/${tag(4)}` },
      { from: 4, to: null },
    ],
    [
      'auto past versions that nobody has reached',
      { ...auto, ifNoneMatch: `${tag(2)}, ${tag(9)}` },
      { from: 2, to: null },
    ],
    ['auto without a tag', auto, null],
    ['auto with a tag of another cache', { ...auto, ifNoneMatch: tag(4, 'b'.repeat(64)) }, null],
    ['auto with any tag', { ...auto, ifNoneMatch: '*' }, null],
    ['none', { ...auto, delta: null, ifNoneMatch: tag(4) }, null],
  ])('%s', (_name, names, range) => {
    const asked = deltaRange(names, key, 7);
    expect(asked && { from: asked.from, to: asked.to }).toEqual(range);
  });
});
