/** What answers mean for a cache: each row of the table of states and events (CLIENT 3.3 and 4). */
import { describe, expect, it } from 'vitest';
import { syncOf } from '../../../src/core/status.ts';
import { FreshetError } from '../../../src/error.ts';
import { Drive, itemOf, metaOf, network, overloaded, settled, TAG } from '../../support/machine/drive.ts';

const sync = (drive: Drive, id = 'a') => syncOf(drive.state, drive.cache(id))?.sync;

/** Checks now and gives this answer. */
function checkWith(drive: Drive, item: Parameters<Drive['item']>[0], hasBody = true): Drive {
  drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
  return drive.item(item, hasBody).checked(drive.state.socket.phase === 'open' ? 'ok' : null);
}

describe('store read', () => {
  it('asks for what is not held, without a version, and is loading', () => {
    const drive = new Drive({ live: 'poll' }).use().start();
    expect(sync(drive)).toBe('reading');
    drive.tell({ type: 'read', cache: 'a', meta: null }).authed();
    expect(drive.last('sync').question.caches).toEqual([
      { id: 'a', title: 'a', parameters: {}, etag: null, minRevision: 0 },
    ]);
    expect(sync(drive)).toBe('loading');
  });

  it('checks what is held by its version', () => {
    const drive = new Drive({ live: 'poll' }).use().start('alice');
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed();
    expect(drive.last('sync').question.caches).toMatchObject([{ etag: `${TAG}-v1` }]);
    expect(sync(drive)).toBe('checking');
  });

  it('asks once for caches that are opened together', () => {
    const drive = new Drive({ live: 'poll' }).use('a').use('b').start();
    drive.tell({ type: 'read', cache: 'a', meta: null });
    expect(drive.asked).toEqual([]);
    drive.tell({ type: 'read', cache: 'b', meta: null }).authed();
    expect(drive.last('sync').question.caches.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('does not wait for a store that is slow', () => {
    const drive = new Drive({ live: 'poll' }).use('a').use('b').start();
    drive.tell({ type: 'read', cache: 'a', meta: null }).pass(1000).authed();
    expect(drive.last('sync').question.caches.map(({ id }) => id)).toEqual(['a']);
  });
});

describe('answers', () => {
  it('notes that nothing is new, and is live again', () => {
    const drive = settled();
    checkWith(drive, { status: 304 }, false);
    expect(drive.last('note')).toMatchObject({ cache: 'a' });
    drive.stored({ rev: 2 });
    expect(sync(drive)).toBe('live');
    expect(drive.last('settle')).toMatchObject({ waiters: [1], error: null });
  });

  it('invariant 5: applies a delta that begins at what is held, and asks again for any other', () => {
    const right = settled();
    checkWith(right, { version: 2, delta: { from: 1, to: 2 } });
    expect(right.last('apply').item.delta).toEqual({ from: 1, to: 2 });
    const other = settled();
    checkWith(other, { version: 3, delta: { from: 2, to: 3 } });
    expect(other.has('apply')).toBe(false);
    other.pass(1000);
    expect(other.last('sync').question.caches).toMatchObject([{ etag: `${TAG}-v1` }]);
  });

  it('reads a body by its own address that did not come along', () => {
    const drive = settled();
    checkWith(drive, { version: 2 }, false);
    expect(drive.last('fetch').question).toEqual({
      title: 'a',
      parameters: {},
      etag: `${TAG}-v1`,
      afterVersion: 2,
      maxAgeS: null,
    });
    drive.item({ version: 2, delta: { from: 1, to: 2 } });
    expect(drive.has('apply')).toBe(true);
  });

  it('loads everything once when the rows are wrong, then fails and rarely tries', () => {
    const drive = settled();
    checkWith(drive, { version: 2, delta: { from: 1, to: 2 } })
      .tell({ type: 'wrong', cache: 'a' })
      .pass(1000);
    expect(drive.last('sync').question.caches).toMatchObject([{ etag: null }]);
    drive.forget().item({ version: 2 }).checked().tell({ type: 'wrong', cache: 'a' });
    expect(sync(drive)).toBe('failed');
    expect(drive.cache().error?.code).toBe('integrity');
    drive.pass(5 * 60_000 - 1);
    expect(drive.asked).toEqual([]);
    drive.pass(6 * 60_000);
    expect(drive.asked).toEqual(['sync']);
  });

  it('takes a 304 of another hash for wrong rows', () => {
    const drive = settled();
    checkWith(drive, { status: 304, hash: 'another' }, false).pass(1000);
    expect(drive.has('note')).toBe(false);
    expect(drive.last('sync').question.caches).toMatchObject([{ etag: null }]);
  });

  it('invariant 19: asks for a load under way again when the service said, alone', () => {
    const drive = settled();
    checkWith(drive, { status: 202, taskId: 't', retryAfterS: 7 }, false);
    drive.forget().pass(6999);
    expect(drive.asked).toEqual([]);
    drive.pass(1);
    expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'a' }], live: null });
  });

  it.each([429, 503])(
    'invariant 19: keeps the floor of an item that is %i, and continues with the others',
    (status) => {
      const drive = settled({ live: 'poll' });
      drive.use('b').tell({ type: 'read', cache: 'b', meta: null });
      drive.item({ status, retryAfterS: 60 }, false, 'b').checked().forget();
      expect(sync(drive, 'b')).toBe('failed');
      expect(sync(drive, 'a')).toBe('idle');
      drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
      expect(drive.last('sync').question.caches.map(({ id }) => id)).toEqual(['a']);
      drive.item({ status: 304 }, false).checked().stored().forget().pass(59_000);
      expect(drive.asked).toEqual([]);
      drive.pass(60_000);
      expect(drive.last('sync').question.caches.map(({ id }) => id)).toEqual(['b']);
    },
  );

  it('asks again for an item that is missing', () => {
    const drive = settled();
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() }).checked('ok').forget();
    drive.pass(3000);
    expect(drive.asked).toEqual(['sync']);
  });

  it('keeps what came of an answer that was cut, and asks for the rest', () => {
    const drive = settled({ live: 'poll' });
    drive.use('b').tell({ type: 'read', cache: 'b', meta: null });
    drive.item({}, true, 'b').checked().tell({ type: 'stored', cache: 'b', meta: metaOf() }).pass(5000);
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    drive.item({ version: 2 }, true, 'b').tell({ type: 'checkFailed', error: network() });
    expect(drive.last('apply').cache).toBe('b');
    expect(drive.cache('a').phase).toBe('resting');
    drive.forget().pass(3000);
    expect(drive.last('sync').question.caches.map(({ id }) => id)).toContain('a');
  });
});

describe('denied', () => {
  it('asks again an hour later, or when told to continue', () => {
    const drive = settled();
    checkWith(drive, { status: 404, error: new FreshetError('not-found', 'unknown', { status: 404 }) }, false);
    expect(sync(drive)).toBe('denied');
    expect(drive.cache().error?.code).toBe('not-found');
    expect(drive.cache().meta).not.toBeNull();
    drive.forget().pass(1000).tell({ type: 'resume' });
    expect(drive.last('sync').question.caches).toHaveLength(1);
  });

  it('drops the copy after a second refusal an hour later, where the app wants that', () => {
    const drive = settled({ live: 'poll', denied: 'drop' });
    checkWith(drive, { status: 403 }, false);
    expect(drive.has('drop')).toBe(false);
    drive.pass(3_600_000).item({ status: 403 }, false).checked();
    expect(drive.has('drop')).toBe(true);
  });

  it('ends the calls that wait for it', () => {
    const drive = settled();
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 1, waiter: 9 });
    drive.item({ status: 404 }, false);
    expect(drive.last('settle')).toMatchObject({ waiters: [9], error: { status: 404 } });
  });
});

describe('conflict', () => {
  it('reads again and judges again: what another tab has stored is not stored twice', () => {
    const drive = settled();
    checkWith(drive, { version: 2, delta: { from: 1, to: 2 } })
      .forget()
      .tell({ type: 'conflict', cache: 'a' });
    expect(drive.last('read').cache).toBe('a');
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ version: 2, rev: 2 }) });
    expect(drive.has('apply')).toBe(false);
    expect(drive.cache().phase).toBe('resting');
  });

  it('stores it on top of a note of another tab', () => {
    const drive = settled();
    checkWith(drive, { version: 2, delta: { from: 1, to: 2 } })
      .forget()
      .tell({ type: 'conflict', cache: 'a' });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 2 }) });
    expect(drive.has('apply')).toBe(true);
  });

  it('yields after three', () => {
    const drive = settled();
    checkWith(drive, { version: 2 }).forget();
    for (let rev = 2; rev < 5; rev += 1) {
      expect(drive.has('yield')).toBe(false);
      drive.tell({ type: 'conflict', cache: 'a' }).tell({ type: 'read', cache: 'a', meta: metaOf({ rev }) });
    }
    expect(drive.has('yield')).toBe(true);
  });
});

describe('versions', () => {
  it('invariant 4: goes down only by a whole body that answers a request which named the higher one', () => {
    const held = { version: 9, etag: `${TAG}-v9` };
    const named = settled({ live: 'poll' });
    named
      .tell({ type: 'hint', cache: 'a', rev: 9 })
      .tell({ type: 'read', cache: 'a', meta: metaOf({ ...held, rev: 9 }) });
    checkWith(named, { version: 3 });
    expect(named.has('apply')).toBe(true);
    named.stored({ version: 3, rev: 10 });
    expect(named.all).toContainEqual({ do: 'tell', event: { name: 'reset', cache: 'a' } });

    const unnamed = settled({ live: 'poll' });
    unnamed.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    // Another tab has stored a higher one while this question was under way.
    unnamed.tell({ type: 'hint', cache: 'a', rev: 9 });
    unnamed.item({ version: 3 }).checked().tell({ type: 'conflict', cache: 'a' });
    unnamed.forget().tell({ type: 'read', cache: 'a', meta: metaOf({ ...held, rev: 9 }) });
    expect(unnamed.has('apply')).toBe(false);
  });
});

describe('the store', () => {
  it('takes no line of a check, which may come twice, for the answer to its own read', () => {
    const drive = settled();
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 1, waiter: 1 });
    expect(drive.cache().phase).toBe('fetching');
    drive.tell({ type: 'item', cache: 'a', item: itemOf({ id: 'a', version: 2, hasBody: true }) });
    expect(drive.cache().phase).toBe('fetching');
    drive.tell({ type: 'fetchFailed', cache: 'a', error: overloaded() });
    expect(drive.cache().floorAt).toBe(drive.now + 30_000);
  });

  it('continues in memory when there is no room (invariant 11)', () => {
    const drive = settled();
    checkWith(drive, { version: 2 }).forget().tell({ type: 'unstored', cache: 'a', isFull: true });
    expect(drive.all.map(({ do: name }) => name)).toEqual(['toMemory', 'apply']);
  });

  it('gives up after some failures, and says so', () => {
    const drive = settled();
    checkWith(drive, { version: 2 });
    for (let turn = 0; turn < 4; turn += 1) drive.tell({ type: 'unstored', cache: 'a', isFull: false });
    expect(sync(drive)).toBe('failed');
    expect(drive.cache().error?.code).toBe('storage');
  });

  it('reads the store once it is open, whatever other tabs tell before (invariant 6)', () => {
    const drive = new Drive().use().tell({ type: 'hint', cache: 'a', rev: 7 });
    expect(drive.has('read')).toBe(false);
    drive.start('alice');
    expect(drive.last('read')).toMatchObject({ cache: 'a' });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() });
    expect(drive.cache().meta).not.toBeNull();
  });

  it('reads again what another tab has stored', () => {
    const drive = settled();
    drive.tell({ type: 'hint', cache: 'a', rev: 1 });
    expect(drive.has('read')).toBe(false);
    drive.tell({ type: 'hint', cache: 'a', rev: 2 });
    expect(drive.has('read')).toBe(true);
  });

  it('rewrites a copy of many deltas while nothing else is in progress', () => {
    const drive = settled({ live: 'poll' });
    drive.tell({ type: 'hint', cache: 'a', rev: 40 });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 40, entries: 32 }) });
    expect(drive.last('compact').cache).toBe('a');
    drive.stored({ rev: 41, gen: 2 });
    expect(drive.cache()).toMatchObject({ phase: 'resting', meta: { rev: 41 } });
  });

  it.each([
    [250, 1000, false],
    [501, 1000, true],
    [24_999, 100_000, false],
    [25_001, 100_000, true],
  ])(
    'writes it again when its deltas change a quarter of the rows, if that is much: %i of %i',
    (changed, rows, isAnew) => {
      const drive = settled({ live: 'poll' });
      drive.tell({ type: 'hint', cache: 'a', rev: 3 });
      drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 3, entries: 2, changed, rows }) });
      expect(drive.has('compact')).toBe(isAnew);
    },
  );

  it('reads again what was dropped while an answer was being stored, and loads what is gone', () => {
    const drive = settled();
    checkWith(drive, { version: 2 }).tell({ type: 'dropped', cache: 'a' }).forget();
    drive.stored({ version: 2, rev: 2 });
    expect(drive.last('read').cache).toBe('a');
    drive.tell({ type: 'read', cache: 'a', meta: null }).pass(1000);
    expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'a', etag: null }] });
  });

  it('loads what another tab has dropped', () => {
    const drive = settled();
    drive.tell({ type: 'hint', cache: 'a', rev: -1 }).tell({ type: 'read', cache: 'a', meta: null });
    expect(drive.pass(1000).last('sync').question).toMatchObject({ caches: [{ id: 'a', etag: null }] });
  });

  it('forgets no failure, floor or poke while a copy is rewritten', () => {
    const drive = settled();
    drive.tell({ type: 'poked', pokes: [{ tag: TAG, version: 2, revision: 2 }], spreadMs: 0 });
    drive.item({ status: 503, retryAfterS: 60 }, false).checked();
    const { floorAt, askAt } = drive.cache();
    drive.tell({ type: 'hint', cache: 'a', rev: 40 });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 40, entries: 32 }) });
    expect(drive.cache().phase).toBe('storing');
    drive.stored({ rev: 41, gen: 2 });
    expect(drive.cache()).toMatchObject({ floorAt, askAt, error: { status: 503 } });
    expect(sync(drive)).toBe('failed');
  });

  it('leaves a copy that cannot be rewritten, and tries an hour later', () => {
    const drive = settled({ live: 'off' });
    drive.tell({ type: 'hint', cache: 'a', rev: 40 });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 40, entries: 32 }) });
    drive.forget().tell({ type: 'unstored', cache: 'a', isFull: true }).pass(3_599_000);
    expect(drive.has('toMemory') || drive.has('compact')).toBe(false);
    expect(drive.cache().error).toBeNull();
    drive.pass(1000);
    expect(drive.has('compact')).toBe(true);
  });

  it('rewrites nothing that failed its check', () => {
    const drive = settled();
    drive.tell({ type: 'hint', cache: 'a', rev: 40 });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 40, entries: 31 }) });
    checkWith(drive, { version: 2, delta: { from: 1, to: 2 } }).tell({ type: 'hint', cache: 'a', rev: 41 });
    drive.forget().tell({ type: 'wrong', cache: 'a' });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 41, entries: 32 }) });
    expect(drive.has('compact')).toBe(false);
    expect(drive.pass(1000).last('sync').question).toMatchObject({ caches: [{ etag: null }] });
  });
});

describe('release', () => {
  it('asks no more for what nobody uses', () => {
    const drive = settled();
    drive.tell({ type: 'used', cache: 'a', title: 'a', parameters: {}, isUsed: false }).forget().pass(7_200_000);
    expect(drive.asked).toEqual([]);
  });

  it('asks again for a cache that is used again', () => {
    const drive = settled();
    drive.tell({ type: 'used', cache: 'a', title: 'a', parameters: {}, isUsed: false }).forget().use();
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() });
    expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'a' }] });
  });
});

it('takes no answer for a cache that was not asked for', () => {
  const drive = settled();
  const before = drive.state.caches.get('a');
  drive.tell({ type: 'item', cache: 'a', item: itemOf({ id: 'a', version: 9, hasBody: true }) });
  expect(drive.state.caches.get('a')).toBe(before);
});
