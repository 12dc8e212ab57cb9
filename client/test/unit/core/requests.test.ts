/** Requests as a whole: back-off, tokens, users, sleep, who leads, pace of checks (CLIENT 3.3 and 4). */
import { describe, expect, it } from 'vitest';
import { statusOf, syncOf } from '../../../src/core/status.ts';
import { Drive, metaOf, network, overloaded, refused, settled, TAG } from '../../support/machine/drive.ts';

const check = (drive: Drive, waiter = 1) =>
  drive.tell({ type: 'check', waiter }).tell({ type: 'listed', metas: new Map() });
const poke = (drive: Drive, revision = 5, spreadMs = 0) =>
  drive.tell({ type: 'poked', pokes: [{ tag: TAG, version: revision, revision }], spreadMs });
const nothingNew = (drive: Drive) => drive.item({ status: 304, revision: 99 }, false).checked().stored();

describe('back-off', () => {
  it('waits longer after each failure, up to five minutes, and starts again after a success', () => {
    const drive = settled({ live: 'poll' });
    check(drive).tell({ type: 'checkFailed', error: network() });
    const gaps: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const from = drive.now;
      drive.forget();
      while (!drive.has('sync')) drive.pass(100);
      gaps.push(drive.now - from);
      drive.tell({ type: 'checkFailed', error: network() });
    }
    expect(gaps[0]).toBeLessThanOrEqual(1100);
    expect(gaps.at(-1)).toBeGreaterThan(149_000);
    expect(gaps.at(-1)).toBeLessThanOrEqual(300_000);
    expect(statusOf(drive.state)).toMatchObject({ sync: 'offline', retryAt: expect.any(Number) });
    drive.pass(300_000).item({ status: 304 }, false).checked().stored();
    expect(statusOf(drive.state)).toMatchObject({ sync: 'idle', error: null, retryAt: null });
  });

  it('invariant 19: comes back no earlier than the service says, whatever happens', () => {
    const drive = settled({ live: 'poll' });
    check(drive)
      .tell({ type: 'checkFailed', error: overloaded(503, 60) })
      .forget();
    expect(statusOf(drive.state).sync).toBe('failed');
    drive.tell({ type: 'online', isOnline: false }).tell({ type: 'online', isOnline: true });
    drive.tell({ type: 'visible', isVisible: false }).tell({ type: 'visible', isVisible: true });
    drive.tell({ type: 'check', waiter: 2 }).pass(59_999);
    expect(drive.asked).toEqual([]);
    drive.pass(5000).tell({ type: 'listed', metas: new Map() });
    expect(drive.asked).toEqual(['sync']);
  });

  it('tells the caller that it failed', () => {
    const drive = settled();
    check(drive, 7).tell({ type: 'checkFailed', error: network() });
    expect(drive.last('settle')).toMatchObject({ waiters: [7], error: { code: 'network' } });
  });

  it('tries at once, with a little jitter, when the network is back', () => {
    const drive = settled({ live: 'poll' });
    for (let turn = 0; turn < 8; turn += 1) {
      check(drive).tell({ type: 'checkFailed', error: network() });
      drive.pass(1000);
    }
    drive.tell({ type: 'online', isOnline: false }).forget().tell({ type: 'online', isOnline: true });
    drive.pass(2000);
    expect(drive.asked).toEqual(['sync']);
  });
});

describe('tokens', () => {
  it('invariant 8: asks once for a new token, retries once, and is silent after a second refusal', () => {
    const drive = settled();
    check(drive).tell({ type: 'checkFailed', error: refused() });
    expect(drive.last('auth').why).toBe('rejected');
    drive.forget().authed('new').pass(1000);
    expect(drive.last('sync')).toBeDefined();
    drive.forget().tell({ type: 'checkFailed', error: refused() });
    expect(statusOf(drive.state).sync).toBe('needs-auth');
    drive.forget().pass(86_400_000);
    expect(drive.asked).toEqual([]);
    drive.tell({ type: 'resume' });
    expect(drive.last('auth').why).toBe('start');
  });

  it.each([
    ['same', 'auth() returned the refused token again'],
    ['none', 'auth() returned no token'],
  ] as const)('invariant 8: needs the user when the new token is %s, and says so', (outcome, message) => {
    const drive = settled();
    check(drive).tell({ type: 'checkFailed', error: refused() }).authed(outcome).forget().pass(86_400_000);
    const error = { code: 'unauthenticated', message };
    expect(statusOf(drive.state)).toMatchObject({ sync: 'needs-auth', error });
    expect(syncOf(drive.state, drive.cache())).toMatchObject({ sync: 'needs-auth', error });
    expect(drive.asked).toEqual([]);
  });

  it('tells no network from no token', () => {
    const drive = settled().tell({ type: 'online', isOnline: false });
    const error = { code: 'network', message: 'the device has no network' };
    expect(statusOf(drive.state)).toMatchObject({ sync: 'offline', error });
    // Else each look at it would be news.
    expect(statusOf(drive.state).error).toBe(statusOf(drive.state).error);
  });

  it('rejects a check at once that nobody may make', () => {
    const drive = settled();
    check(drive).tell({ type: 'checkFailed', error: refused() }).authed('none').forget();
    drive.tell({ type: 'check', waiter: 3 });
    expect(drive.last('settle')).toMatchObject({ waiters: [3], error: { code: 'unauthenticated' } });
  });

  it('backs off when auth throws', () => {
    const drive = new Drive({ live: 'poll' }).use().start();
    drive.tell({ type: 'read', cache: 'a', meta: null }).tell({ type: 'authFailed', error: network() }).forget();
    expect(statusOf(drive.state).sync).toBe('offline');
    drive.pass(1000);
    expect(drive.asked).toEqual(['auth']);
  });

  it('backs off also when auth throws a refusal of its own', () => {
    const drive = new Drive({ live: 'poll' }).use().start();
    drive.tell({ type: 'read', cache: 'a', meta: null }).forget();
    for (let turn = 0; turn < 50; turn += 1) drive.tell({ type: 'authFailed', error: refused() });
    expect(drive.asked.length).toBeLessThanOrEqual(1);
    drive.pass(60_000);
    expect(drive.asked).toContain('auth');
  });

  it('asks for the next token a minute before the end, by the clock of the service', () => {
    const drive = new Drive().use().start('alice');
    drive.wall -= 86_400_000;
    drive
      .tell({ type: 'read', cache: 'a', meta: metaOf() })
      .authed('new', drive.wall + 86_400_000 + 600_000)
      .socket();
    const end = { user: 'alice', now: drive.wall + 86_400_000, live: 'ok' as const };
    drive
      .item({ status: 304 }, false)
      .tell({ type: 'checked', end })
      .tell({ type: 'userKept', user: 'alice', told: 'alice', token: 1 })
      .stored();
    drive.forget().pass(539_000);
    expect(drive.has('auth')).toBe(false);
    drive.pass(2000);
    expect(drive.last('auth').why).toBe('expiring');
    // The check with the new token lets the socket live on.
    drive.authed('new', drive.wall + 90_000_000);
    expect(drive.last('sync').question.live).toMatchObject({ add: false });
  });

  it('invariant 15: asks no more often when a clock that is a day ahead lets each token look expired', () => {
    const drive = new Drive({ live: 'poll' }).use().start('alice');
    drive.wall += 86_400_000;
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed('new', drive.wall - 80_000_000);
    expect(drive.asked).toEqual(['auth', 'sync']);
    const end = { user: 'alice', now: drive.wall - 86_400_000, live: null };
    drive
      .item({ status: 304 }, false)
      .tell({ type: 'checked', end })
      .tell({ type: 'userKept', user: 'alice', told: 'alice', token: 1 })
      .stored();
    drive.forget().pass(900_000);
    expect(drive.asked).toEqual(['sync']);
  });
});

describe('whose answers', () => {
  it('invariant 25: stores nothing before it is known whose token it is', () => {
    const drive = new Drive({ live: 'poll' }).use().start('alice');
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed().item({ version: 2 });
    expect(drive.has('apply')).toBe(false);
    drive.checked(null, 'alice');
    expect(drive.has('apply')).toBe(true);
  });

  it('invariant 25: takes no answer for another user, and asks for nothing in their name', () => {
    const drive = new Drive({ live: 'poll' }).use().start('alice');
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed();
    drive.tell({ type: 'check', waiter: 5 }).item({ version: 2 }).checked(null, 'mallory');
    expect(drive.has('apply')).toBe(false);
    const error = { code: 'unauthenticated', message: 'the token belongs to another user' };
    expect(drive.last('settle')).toMatchObject({ waiters: [5], error });
    expect(drive.all).toContainEqual({ do: 'tell', event: { name: 'auth', why: 'user' } });
    expect(statusOf(drive.state).sync).toBe('needs-auth');
    drive.forget().pass(86_400_000);
    expect(drive.asked).toEqual([]);
  });

  it('invariant 25: trusts no token for what an earlier one has told', () => {
    const drive = new Drive({ live: 'poll' }).use().start('alice');
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed().item({ status: 304 }, false);
    drive.tell({ type: 'checked', end: { user: 'alice', now: drive.wall, live: null } });
    drive.tell({ type: 'refresh', cache: 'a', waiter: 1 }).tell({
      type: 'refreshFailed',
      cache: 'a',
      waiter: 1,
      error: refused(),
    });
    drive.authed('new').tell({ type: 'userKept', user: 'alice', told: 'alice', token: 1 });
    expect(drive.state.auth.isVerified).toBe(false);
  });

  it('invariant 25: takes the user that the store kept while it asked', () => {
    const drive = new Drive({ live: 'poll' }).use().start(null);
    drive.tell({ type: 'read', cache: 'a', meta: null }).authed().item();
    drive.tell({ type: 'checked', end: { user: 'mallory', now: drive.wall, live: null } });
    expect(drive.last('keepUser').user).toBe('mallory');
    drive.tell({ type: 'userKept', user: 'alice', told: 'mallory', token: 1 });
    expect(drive.has('apply')).toBe(false);
    expect(statusOf(drive.state).sync).toBe('needs-auth');
  });
});

describe('sleep and visibility', () => {
  it('invariant 13: checks within a second of being visible after sleep', () => {
    const drive = settled();
    drive.tell({ type: 'visible', isVisible: false });
    drive.now += 3_600_000;
    drive.wall += 3_600_000;
    drive.forget().tell({ type: 'visible', isVisible: true });
    expect(drive.has('endSocket')).toBe(true);
    drive.pass(1000);
    expect(drive.has('sync')).toBe(true);
    expect(drive.has('ticket')).toBe(true);
  });

  it('invariant 13: checks when a timer was late, or the clock has jumped', () => {
    const late = settled();
    late.now += 120_000;
    late.wall += 120_000;
    late.forget().tell({ type: 'tick' });
    expect(late.has('sync')).toBe(true);
    const jumped = settled();
    jumped.wall += 60_000;
    jumped.forget().tell({ type: 'tick' }).pass(1000);
    expect(jumped.has('sync')).toBe(true);
  });

  it('invariant 15: a clock that goes back a day lets no timer sleep, and asks once', () => {
    const drive = settled({ live: 'poll' });
    drive.wall -= 86_400_000;
    drive.forget().tell({ type: 'tick' }).pass(10_000);
    expect(drive.asked).toEqual(['sync']);
    nothingNew(drive).forget().pass(900_000);
    expect(drive.asked).toEqual(['sync']);
  });

  it('asks for nothing when a page that is live is looked at again', () => {
    const drive = settled();
    drive
      .tell({ type: 'visible', isVisible: false })
      .pass(5000)
      .forget()
      .tell({ type: 'visible', isVisible: true })
      .pass(5000);
    expect(drive.asked).toEqual([]);
  });
});

describe('who leads', () => {
  it('hands over when hidden for 5 s and another tab asks, and asks no more', () => {
    const drive = settled();
    drive.tell({ type: 'visible', isVisible: false }).tell({ type: 'leadWanted' }).pass(4999);
    expect(drive.has('yield')).toBe(false);
    drive.pass(1);
    expect(drive.has('yield')).toBe(true);
    drive.forget().tell({ type: 'lead', leads: false });
    expect(drive.has('abort')).toBe(true);
    drive.forget().pass(7_200_000);
    expect(drive.asked).toEqual([]);
  });

  it('keeps on while it is visible', () => {
    const drive = settled();
    drive.tell({ type: 'leadWanted' }).pass(60_000);
    expect(drive.has('yield')).toBe(false);
  });

  it('takes over from a tab that is silent for 10 s, if visible', () => {
    const drive = settled();
    drive.tell({ type: 'lead', leads: false }).forget().pass(9999);
    expect(drive.has('probe')).toBe(true);
    expect(drive.has('steal')).toBe(false);
    drive.pass(1);
    expect(drive.has('steal')).toBe(true);
    const heard = settled();
    heard.tell({ type: 'lead', leads: false }).forget();
    for (let turn = 0; turn < 20; turn += 1) heard.pass(2000).tell({ type: 'leaderHeard' });
    expect(heard.has('steal')).toBe(false);
    const hidden = settled();
    hidden.tell({ type: 'visible', isVisible: false }).tell({ type: 'lead', leads: false }).forget().pass(60_000);
    expect(hidden.has('steal')).toBe(false);
  });

  it('reads what the tab before has stored, then checks', () => {
    const drive = settled();
    drive.tell({ type: 'lead', leads: false }).forget().tell({ type: 'lead', leads: true });
    expect(drive.last('read').cache).toBe('a');
    drive.tell({ type: 'read', cache: 'a', meta: metaOf({ rev: 2 }) }).pass(3000);
    expect(drive.has('sync') || drive.has('ticket')).toBe(true);
  });
});

describe('pokes', () => {
  it('asks for the poked cache alone, by its revision, without naming the socket', () => {
    const drive = settled();
    poke(drive);
    expect(drive.last('sync').question).toEqual({
      caches: [{ id: 'a', title: 'a', parameters: {}, etag: `${TAG}-v1`, minRevision: 5 }],
      live: null,
    });
  });

  it('waits for its part of the time over which all are spread', () => {
    const drive = settled();
    poke(drive, 5, 10_000).pass(4999);
    expect(drive.has('sync')).toBe(false);
    drive.pass(1);
    expect(drive.has('sync')).toBe(true);
  });

  it('invariant 23: loses no poke to a check under way, and asks again after 2, 10 and 60 s', () => {
    const drive = settled();
    check(drive);
    poke(drive);
    drive.item({ status: 304 }, false).checked('ok').stored().forget();
    for (const ms of [2000, 10_000, 60_000]) {
      drive.pass(ms - 1);
      expect(drive.asked).toEqual([]);
      drive.pass(1);
      expect(drive.last('sync').question.caches).toMatchObject([{ minRevision: 5 }]);
      drive.item({ status: 304 }, false).checked().stored().forget();
    }
    drive.pass(300_000);
    expect(drive.asked).toEqual([]);
  });

  it('invariant 23: keeps a poke of a cache whose tag is not known yet', () => {
    const drive = settled();
    drive.use('b').tell({ type: 'read', cache: 'b', meta: null });
    drive.tell({ type: 'poked', pokes: [{ tag: 'another', version: 3, revision: 3 }], spreadMs: 0 });
    drive.item({ tag: 'another', revision: 2 }, true, 'b').checked('ok').stored({ tag: 'another', revision: 2 }, 'b');
    drive.forget().pass(2000);
    expect(drive.last('sync').question.caches).toMatchObject([{ id: 'b', minRevision: 3 }]);
  });

  it('keeps no more revisions of tags that nobody has than can be told, and always those of what is held', () => {
    const drive = settled();
    const strange = Array.from({ length: 5000 }, (_, at) => ({ tag: `t${at}`, version: 1, revision: 1 }));
    drive.tell({ type: 'poked', pokes: strange, spreadMs: 0 });
    expect(drive.state.wanted.size).toBe(1000);
    poke(drive, 7);
    expect(drive.state.wanted.get(TAG)).toBe(7);
  });

  it('keeps the pace of pokes also while the service lags behind what it tells', () => {
    const drive = settled();
    drive.forget();
    for (let second = 0; second < 120; second += 1) {
      poke(drive, 1000 + second);
      if (drive.state.check !== null) drive.item({ status: 304 }, false).checked().stored();
      drive.pass(1000);
    }
    // 2, 4, 8, 16, 32 and 60 s.
    expect(drive.asked.length).toBeLessThanOrEqual(8);
  });

  it('checks less and less often while pokes continue, at most each minute, and often again after five quiet ones', () => {
    const drive = settled();
    const at: number[] = [];
    for (let revision = 5; at.length < 8; revision += 1) {
      drive.forget();
      poke(drive, revision).pass(500);
      if (!drive.has('sync')) continue;
      at.push(drive.last('sync').question.caches.length && drive.cache().askedAt);
      drive.item({ status: 304, revision }, false).checked().stored({ revision });
    }
    const gaps = at.slice(1).map((time, before) => time - (at[before] ?? 0));
    expect(gaps).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    drive.pass(301_000).forget();
    poke(drive, 9_000_000).item({ status: 304, revision: 9_000_000 }, false).checked().stored({ revision: 9_000_000 });
    drive.forget().pass(1);
    poke(drive, 9_000_001).pass(2000);
    expect(drive.has('sync')).toBe(true);
  });

  it('checks a hidden page each five minutes at most, and at once when it is looked at', () => {
    const drive = settled();
    drive.tell({ type: 'visible', isVisible: false });
    poke(drive, 5).item({ status: 304, revision: 5 }, false).checked().stored({ revision: 5 }).forget();
    poke(drive, 6).pass(50_000);
    expect(drive.asked).toEqual([]);
    drive.tell({ type: 'visible', isVisible: true }).pass(1000);
    expect(drive.last('sync').question.caches).toMatchObject([{ minRevision: 6 }]);
  });

  it('says that it is not live while it is behind', () => {
    const drive = settled();
    poke(drive, 5, 60_000);
    expect(drive.asked).toEqual([]);
    expect(statusOf(drive.state).sync).toBe('live');
  });
});

describe('pace', () => {
  it('checks everything each half hour while it is told, and each 15 minutes while it is not', () => {
    const told = settled();
    told.pass(1_980_000 - 60_000);
    expect(told.asked.filter((name) => name === 'sync')).toHaveLength(1);
    const polling = settled({ live: 'poll' });
    polling.pass(900_000);
    expect(polling.asked).toEqual(['sync']);
  });

  it('asks for nothing by itself where it is not live', () => {
    const drive = settled({ live: 'off' });
    drive.pass(86_400_000);
    expect(drive.asked).toEqual([]);
  });

  it('makes one check for all calls at once, and another for calls during it', () => {
    const drive = settled({ live: 'poll' });
    drive
      .tell({ type: 'check', waiter: 1 })
      .tell({ type: 'check', waiter: 2 })
      .tell({ type: 'listed', metas: new Map() });
    expect(drive.asked).toEqual(['sync']);
    drive.tell({ type: 'check', waiter: 3 });
    drive.forget().item({ status: 304 }, false).checked().stored();
    expect(drive.last('settle').waiters).toEqual([1, 2]);
    drive.pass(1000).tell({ type: 'listed', metas: new Map() });
    expect(drive.asked).toEqual(['sync']);
  });

  it('asks a hundred caches a question, tells the socket of a thousand, and asks for the rest without it', () => {
    const drive = new Drive().start('alice');
    for (let number = 0; number < 1150; number += 1) {
      drive.now += 1;
      drive.wall += 1;
      drive.use(`c${number}`).tell({ type: 'read', cache: `c${number}`, meta: metaOf({ tag: `t${number}` }) });
    }
    drive.authed().socket();
    const pages: { live: unknown; ids: string[] }[] = [];
    while (drive.has('sync')) {
      const { question } = drive.last('sync');
      const ids = question.caches.map(({ id }) => id);
      pages.push({ live: question.live, ids });
      drive.forget();
      for (const id of ids) drive.item({ status: 304, tag: `t${id.slice(1)}` }, false, id);
      drive.checked(question.live === null ? null : 'ok');
      for (const id of ids) drive.stored({ tag: `t${id.slice(1)}` }, id);
    }
    expect(pages.map(({ live }) => live)).toEqual([
      ...Array.from({ length: 10 }, (_, page) => ({ id: 'connection', seq: page + 1, add: page > 0 })),
      null,
      null,
    ]);
    expect(pages[0]?.ids[0]).toBe('c1149');
    expect(pages.flatMap(({ ids }) => ids)).toHaveLength(1150);
  });

  it('invariant 7: makes at most a request a second for a cache, whatever an app does', () => {
    const drive = settled({ live: 'poll' });
    let requests = 0;
    for (let turn = 0; turn < 600; turn += 1) {
      drive.forget();
      drive.tell({ type: 'check', waiter: turn });
      if (drive.has('list')) drive.tell({ type: 'listed', metas: new Map() });
      drive.tell({ type: 'visible', isVisible: turn % 2 === 0 }).tell({ type: 'resume' });
      if (drive.state.check !== null) nothingNew(drive);
      drive.pass(100);
      if (drive.has('list')) drive.tell({ type: 'listed', metas: new Map() });
      requests += drive.asked.length;
      if (drive.state.check !== null) nothingNew(drive);
    }
    expect(requests).toBeLessThanOrEqual(61);
  });
});

describe('what apps ask for', () => {
  it('has a cache loaded, then reads at least the version that it brought', () => {
    const drive = settled();
    drive.tell({ type: 'refresh', cache: 'a', waiter: 4 });
    expect(drive.last('refresh')).toMatchObject({ cache: 'a', waiter: 4 });
    drive.tell({ type: 'refreshed', cache: 'a', waiter: 4 });
    expect(drive.last('fetch').question).toMatchObject({ etag: `${TAG}-v1`, afterVersion: 2 });
    drive.item({ version: 2, delta: { from: 1, to: 2 } }).stored({ version: 2, rev: 2 });
    expect(drive.last('settle')).toEqual({ do: 'settle', waiters: [4], error: null });
  });

  it('reads what was loaded recently', () => {
    const drive = settled();
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 30, waiter: 5 });
    expect(drive.last('fetch').question).toMatchObject({ maxAgeS: 30 });
    drive.item({ status: 202, retryAfterS: 2 }, false).forget().pass(2000);
    expect(drive.last('fetch').question).toMatchObject({ maxAgeS: 30 });
    drive.item({ status: 304 }, false).stored({ rev: 2 });
    expect(drive.last('settle').waiters).toEqual([5]);
  });

  it('invariant 7: waits between reads whose answers do not fit what is held', () => {
    const drive = settled();
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 30, waiter: 5 });
    let reads = 0;
    for (let turn = 0; turn < 600; turn += 1) {
      if (drive.cache().phase === 'fetching') {
        reads += 1;
        drive.item({ version: 9, delta: { from: 8, to: 9 } });
      } else if (drive.state.check !== null) drive.item({ version: 9, delta: { from: 8, to: 9 } }).checked();
      drive.pass(100);
    }
    expect(reads).toBeGreaterThan(1);
    expect(reads).toBeLessThanOrEqual(60);
  });

  it('asks whose a new token is also when all that is used waits for its read', () => {
    const drive = settled();
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 30, waiter: 5 });
    drive.tell({ type: 'checkFailed', error: refused() });
    expect(drive.cache().phase).toBe('queued');
    drive.forget().authed('new').pass(1000);
    expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'a' }] });
    drive.item({ status: 304 }, false).checked('ok').stored();
    expect(drive.last('fetch').question).toMatchObject({ maxAgeS: 30 });
    drive.item({ status: 304 }, false).stored();
    expect(drive.last('settle')).toEqual({ do: 'settle', waiters: [5], error: null });
  });

  it('tells at once that there is no network', () => {
    const drive = settled();
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 30, waiter: 5 });
    drive.tell({ type: 'fetchFailed', cache: 'a', error: network() });
    expect(drive.last('settle')).toMatchObject({ waiters: [5], error: { code: 'network' } });
  });

  it('checks first whose token it is', () => {
    const drive = new Drive({ live: 'poll' }).use().start('alice');
    drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 30, waiter: 5 });
    drive.tell({ type: 'read', cache: 'a', meta: metaOf() }).authed();
    expect(drive.asked).toEqual(['auth', 'sync']);
    drive.item({ status: 304 }, false).checked().stored();
    expect(drive.asked).toEqual(['auth', 'sync', 'fetch']);
  });
});

it('ends everything when it is closed', () => {
  const drive = settled();
  drive.tell({ type: 'fresh', cache: 'a', maxAgeS: 30, waiter: 5 }).forget().tell({ type: 'close' });
  expect(drive.has('abort')).toBe(true);
  expect(drive.last('settle')).toMatchObject({ waiters: [5], error: { code: 'closed' } });
  drive.forget().tell({ type: 'tick' }).tell({ type: 'check', waiter: 6 });
  expect(drive.all).toEqual([]);
});

it('sets its timer again when that went off a little early', () => {
  const drive = settled({ live: 'poll' });
  drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
  drive.item({ status: 304 }, false).checked().stored().tell({ type: 'check', waiter: 2 });
  drive.now = drive.state.timerAt - 0.4;
  drive.forget().tell({ type: 'tick' });
  expect(drive.last('wake').at).toBeGreaterThan(drive.now);
});
