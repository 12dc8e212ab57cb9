/** What D1 answers a first claim, and what the machine makes of an entry that it cannot have written (DESIGN "Lost objects"). */
import { describe, expect, it } from 'vitest';
import { etagOf } from '../../src/core/etag.ts';
import { entryOf } from '../../src/core/task-machine/views.ts';
import type { Entry } from '../../src/ports/entry.ts';
import { changeOf } from '../support/loads.ts';
import { Key } from '../support/task-machine/key.ts';

const purge = (key: Key) => key.do('purge', { key: key.document.cache.key, soft: false });

/** The entry of an object that has loaded the cache so often. */
function entryAfter(loads: number, cache: Key['document']['cache']): Entry {
  const other = new Key(cache);
  for (let load = 0; load < loads; load += 1)
    other.load({ change: changeOf({ nextRowId: 100 + load, deltaBytes: load === 0 ? null : 7 }) });
  return entryOf(other.document);
}

describe('a first load', () => {
  const claim = (key: Key, taskId: string) => key.do('claim', { taskId, deliveryId: 'one' });

  it('begins when D1 has a row of the cache, under the definition that was asked for', () => {
    const key = new Key();
    const { taskId } = key.refresh({ number: 7 });
    expect(claim(key, taskId)).toMatchObject({ outcome: 'not_due' });
    expect(key.last?.effects.store).toBe(true);
    expect(entryOf(key.document)).toMatchObject({ number: 7, loaded: null, counted: { version: 0, nextRowId: 1 } });
    key.store();
    expect(claim(key, taskId)).toMatchObject({ outcome: 'leased' });
  });

  it.each([
    ['an hour after the purge, since the row may have been removed by then', 4_000_000, 1],
    ['under a newer definition, since the resource may have been made anew', 0, 2],
  ])('has D1 get another revision %s', (_, laterMs, number) => {
    const key = new Key();
    key.load();
    purge(key);
    key.store();
    key.now += laterMs;
    const { revision } = key.document.counters;
    expect(claim(key, key.refresh({ number }).taskId)).toMatchObject({ outcome: 'not_due' });
    expect(key.document.counters.revision).toBeGreaterThan(revision);
  });

  it('soon after a purge begins at once', () => {
    const key = new Key();
    key.load();
    purge(key);
    key.store();
    expect(claim(key, key.refresh().taskId)).toMatchObject({ outcome: 'leased' });
  });
});

describe('an entry in D1 of another life', () => {
  it('is taken over before the first load, with what is loaded and a way on for row ids', () => {
    const key = new Key();
    const inD1 = entryAfter(57, key.document.cache);
    key.now += 1000;
    const { taskId } = key.refresh();
    key.do('claim', { taskId, deliveryId: 'one' });
    key.do('stored', { inD1 });
    expect(entryOf(key.document)).toMatchObject({ loaded: inD1.loaded, chain: inD1.chain });
    expect(key.document.counters).toMatchObject({ version: 57, nextRowId: 156 + 2 ** 24 });
    key.store();
    const lease = key.claim(taskId);
    expect(lease.previous).toMatchObject({ version: 57, fence: inD1.loaded?.fence, digest: '', originEtag: null });
    key.commit(lease);
    key.store();
    expect(key.do('state', { taskId })).toMatchObject({ task: { version: 58 } });
  });

  it('that is taken over stays under the definition number of its load: one purged with its resource is never fresh again', () => {
    const key = new Key();
    const inD1 = entryAfter(1, key.document.cache);
    const { taskId } = key.refresh({ number: inD1.number + 4 });
    key.do('claim', { taskId, deliveryId: 'one' });
    key.do('stored', { inD1 });
    expect(entryOf(key.document)).toMatchObject({ number: inD1.number, loaded: inD1.loaded });
    key.store();
    key.fail(key.claim(taskId), { retryable: false });
    expect(entryOf(key.document).number).toBe(inD1.number);
  });

  it('that is met after a commit gives the settling task the next version, and its ETag never before', () => {
    const key = new Key();
    const { taskId } = key.refresh();
    key.commit(key.claim());
    key.do('stored', { inD1: entryAfter(57, key.document.cache) });
    expect(key.do('state', { taskId })).toMatchObject({ task: { state: 'STARTED' } });
    key.store();
    const etag = etagOf(key.document.cache.key, 58);
    expect(key.do('state', { taskId })).toMatchObject({ task: { state: 'SUCCESS', version: 58, etag } });
    expect(key.document.chain).toMatchObject([{ version: 58, deltaBytes: null }]);
  });

  it('is dropped by a purge that came first', () => {
    const key = new Key();
    const inD1 = entryAfter(57, key.document.cache);
    key.refresh();
    purge(key);
    key.do('stored', { inD1 });
    expect(entryOf(key.document)).toMatchObject({ loaded: null, chain: [], counted: { version: 57 } });
    expect(key.document.counters.revision).toBeGreaterThan(inD1.revision);
  });

  it('that is not taken over, since a purge came first, owes what it names to R2', () => {
    const key = new Key();
    const inD1 = entryAfter(3, key.document.cache);
    key.refresh();
    purge(key);
    key.do('stored', { inD1 });
    const { fence } = inD1.loaded ?? {};
    expect(key.document.owed).toMatchObject([
      { fence, name: 'body' },
      { fence: inD1.chain[1]?.fence, name: 'delta' },
      { fence, name: 'delta' },
    ]);
    key.store();
    key.now += 3_600_000;
    key.do('alarm', {});
    expect(key.last?.effects.remove).toEqual(key.document.owed);
  });

  it('of the same version under another fence is met too, and an older one of this object is not', () => {
    const key = new Key();
    key.load();
    const older = entryOf(key.document);
    key.load();
    const { document } = key;
    key.do('stored', { inD1: older });
    expect(key.document).toBe(document);
    const own = entryOf(document);
    key.do('stored', { inD1: { ...own, loaded: own.loaded && { ...own.loaded, fence: 5 } } });
    expect(entryOf(key.document)).toMatchObject({ loaded: { version: 3, changed: 3 } });
  });
});
