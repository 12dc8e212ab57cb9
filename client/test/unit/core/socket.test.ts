/** The life of the socket: tickets, close codes, subscriptions (CLIENT 4). */
import { describe, expect, it } from 'vitest';
import { statusOf, syncOf } from '../../../src/core/status.ts';
import { Drive, metaOf, network, overloaded, refused, settled } from '../../support/machine/drive.ts';

const MINUTE = 60_000;
const end = (drive: Drive, code: number, wasOpen = true) => drive.forget().tell({ type: 'ended', code, wasOpen });
/** How long until a ticket is asked for. */
function untilTicket(drive: Drive, mostMs = 2 * 3_600_000): number {
  const from = drive.now;
  while (!drive.has('ticket') && drive.now - from < mostMs) {
    if (drive.state.check !== null) drive.item({ status: 304 }, false).checked().stored();
    drive.pass(Math.min(1000, Math.max(1, drive.state.timerAt - drive.now)));
  }
  return drive.has('ticket') ? drive.now - from : Number.POSITIVE_INFINITY;
}

describe('opening', () => {
  it('opens with a ticket, then checks everything within the time that it is told', () => {
    const drive = new Drive().use().start('alice').tell({ type: 'read', cache: 'a', meta: metaOf() }).authed();
    expect(drive.asked).toEqual(['auth', 'ticket']);
    drive.random = 0.5;
    drive.tell({ type: 'ticketed' }).tell({ type: 'opened', id: 'c1', checkWithinMs: 1000 }).forget().pass(499);
    expect(drive.has('sync')).toBe(false);
    drive.pass(1);
    expect(drive.last('sync').question).toMatchObject({ live: { id: 'c1', seq: 1, add: false } });
  });

  it('checks without it what is held, when it takes longer than 3 s', () => {
    const drive = new Drive().use().start('alice').tell({ type: 'read', cache: 'a', meta: metaOf() }).authed();
    drive.pass(3000);
    expect(drive.last('sync').question.live).toBeNull();
  });

  it('is not opened while nothing is used, nor where it is not wanted', () => {
    const idle = new Drive().start('alice').authed();
    idle.pass(10_000);
    expect(idle.has('ticket')).toBe(false);
    expect(settled({ live: 'poll' }).state.socket.phase).toBe('off');
  });

  it('counts checks of a connection, and begins at one with the next', () => {
    const drive = settled();
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    expect(drive.last('sync').question.live).toMatchObject({ seq: 2 });
    drive.item({ status: 304 }, false).checked('ok').stored();
    end(drive, 4000).socket('c2').pass(1000);
    expect(drive.last('sync').question.live).toMatchObject({ id: 'c2', seq: 1, add: false });
  });

  it('adds a cache that is opened later to its subscriptions', () => {
    const drive = settled();
    drive.use('b').tell({ type: 'read', cache: 'b', meta: null });
    expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'b' }], live: { seq: 2, add: true } });
    drive.item({ status: 202, taskId: null, retryAfterS: 1 }, false, 'b').checked('ok').forget().pass(1000);
    // It was not notified of it: nobody has asked for its load.
    expect(drive.last('sync').question.live).toMatchObject({ seq: 3, add: true });
    drive.item({ status: 202, taskId: 't', retryAfterS: 1 }, false, 'b').checked('ok').forget().pass(2000);
    expect(drive.last('sync').question.live).toBeNull();
  });
});

it('adds a cache that the service wants to rest, where a check had nothing else for the socket', () => {
  const drive = settled();
  const check = () => drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
  check().item({ status: 503, retryAfterS: 60 }, false).checked('ok');
  drive.use('b').tell({ type: 'read', cache: 'b', meta: metaOf() });
  drive.item({ status: 304 }, false, 'b').checked('ok').stored({}, 'b');
  drive.tell({ type: 'used', cache: 'b', title: 'b', parameters: {}, isUsed: false });
  end(drive, 4000).socket('c2').forget();
  check().pass(1000).tell({ type: 'listed', metas: new Map() });
  expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'b' }], live: null });
  drive.item({ status: 304 }, false, 'b').checked().stored({}, 'b').pass(60_000);
  expect(drive.last('sync').question).toMatchObject({ caches: [{ id: 'a' }], live: { id: 'c2', add: true } });
});

describe('answers of a check', () => {
  it('opens another one where it is gone', () => {
    const drive = settled();
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    drive.item({ status: 304 }, false).checked('gone').stored();
    expect(drive.has('endSocket')).toBe(true);
    expect(drive.has('ticket')).toBe(true);
    expect(statusOf(drive.state).sync).toBe('idle');
  });

  it('polls where there is no room, and tries again after 15 to 30 minutes', () => {
    const drive = settled();
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    drive.item({ status: 304 }, false).checked('full').stored().forget();
    const waited = untilTicket(drive);
    expect(waited).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(waited).toBeLessThanOrEqual(30 * MINUTE);
  });
});

describe('close codes', () => {
  it('4401: asks for a token that lives on, once, then opens', () => {
    const drive = settled();
    end(drive, 4401);
    expect(drive.asked).toEqual(['auth']);
    expect(drive.last('auth').why).toBe('expiring');
    drive.authed('new');
    expect(drive.asked).toEqual(['auth', 'ticket']);
  });

  it('4403: tells why nothing is asked any more, and who waits for a check', () => {
    const drive = settled();
    drive.tell({ type: 'check', waiter: 7 });
    end(drive, 4403);
    const told = { code: 'unauthenticated', message: 'the service has signed this user out' };
    expect(statusOf(drive.state)).toMatchObject({ sync: 'needs-auth', error: told });
    expect(drive.last('settle')).toMatchObject({ waiters: [7], error: told });
  });

  it('4403: needs the user, and drops all copies at once where the app wants that (invariant 27)', () => {
    const drive = settled();
    end(drive, 4403);
    expect(statusOf(drive.state).sync).toBe('needs-auth');
    expect(drive.has('dropAll')).toBe(false);
    const dropping = settled({ denied: 'drop' });
    end(dropping, 4403);
    expect(dropping.last('dropAll')).toMatchObject({ caches: ['a'], isFirst: true });
    // Heard of another tab, it is told to no third one.
    dropping.forget().tell({ type: 'signedOut' });
    expect(dropping.last('dropAll').isFirst).toBe(false);
  });

  it.each([
    ['stored', { type: 'stored', cache: 'a', meta: metaOf({ version: 2 }) }],
    ['not stored, for another tab was faster', { type: 'conflict', cache: 'a' }],
    ['not stored, for want of room', { type: 'unstored', cache: 'a', isFull: true }],
    ['not stored, for it did not verify', { type: 'wrong', cache: 'a' }],
  ] as const)('4403: drops what was on its way to the store, be it then %s (invariant 27)', (_name, event) => {
    const drive = settled({ denied: 'drop' });
    drive.tell({ type: 'check', waiter: 1 }).tell({ type: 'listed', metas: new Map() });
    drive.item({ version: 2 }).checked('ok');
    expect(drive.cache().phase).toBe('storing');
    end(drive, 4403).forget();
    drive.tell({ type: 'dropped', cache: 'a' }).tell(event);
    expect(drive.all).toEqual([{ do: 'drop', cache: 'a' }]);
    expect(drive.cache().phase).toBe('resting');
  });

  it('4408: asks for another ticket at once, twice', () => {
    const drive = settled();
    end(drive, 1001).forget();
    untilTicket(drive);
    for (let turn = 0; turn < 2; turn += 1) {
      drive.tell({ type: 'ticketed' });
      end(drive, 4408);
      expect(drive.asked).toEqual(['ticket']);
    }
    drive.tell({ type: 'ticketed' });
    end(drive, 4408);
    expect(drive.asked).toEqual([]);
  });

  it.each([4409, 4429])('%i: polls, and opens after 15 to 30 minutes', (code) => {
    const drive = settled();
    end(drive, code);
    const waited = untilTicket(drive);
    expect(waited).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(waited).toBeLessThanOrEqual(30 * MINUTE);
  });

  it('4000: opens at once, but not again and again', () => {
    const drive = settled();
    end(drive, 4000);
    expect(drive.asked).toEqual(['ticket']);
    drive.socket();
    end(drive, 4000);
    expect(drive.asked).not.toContain('ticket');
  });

  it.each([1001, 1006])('%i: opens within 30 s, then later and later, up to five minutes', (code) => {
    const drive = settled();
    drive.random = 0.999;
    const waits: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      end(drive, code);
      drive.random = 0.999;
      waits.push(untilTicket(drive));
      drive.tell({ type: 'ticketed' }).tell({ type: 'opened', id: `c${turn}`, checkWithinMs: 900_000 });
    }
    expect(waits[0]).toBeLessThanOrEqual(30_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5 * MINUTE);
    expect(waits.at(-1)).toBeGreaterThan(2 * MINUTE);
  });

  it('polls after three upgrades that fail with good tickets, and tries hourly', () => {
    const drive = settled();
    end(drive, 1006);
    for (let turn = 0; turn < 2; turn += 1) {
      expect(untilTicket(drive)).toBeLessThan(5 * MINUTE);
      drive.tell({ type: 'ticketed' });
      end(drive, 1006, false);
    }
    untilTicket(drive);
    drive.tell({ type: 'ticketed' });
    end(drive, 1006, false);
    expect(untilTicket(drive)).toBeGreaterThanOrEqual(59 * MINUTE);
  });
});

describe('one that is cut', () => {
  it.each([1001, 1006])('%i: tells at once that it is offline, why, and when it is tried again', (code) => {
    const drive = settled();
    expect(statusOf(drive.state).sync).toBe('live');
    end(drive, code);
    const retryAt = drive.wall + drive.state.socket.openAt - drive.now;
    const told = { sync: 'offline', retryAt, error: { code: 'network', message: 'the service cannot be reached' } };
    expect(statusOf(drive.state)).toMatchObject(told);
    expect(syncOf(drive.state, drive.cache())).toMatchObject(told);
  });

  it('delays no request, and is not news once one is answered', () => {
    const drive = settled();
    end(drive, 1006).use('b').tell({ type: 'read', cache: 'b', meta: null });
    expect(drive.last('sync').question.caches).toMatchObject([{ id: 'b' }]);
    drive.item({}, true, 'b').checked().stored({}, 'b');
    expect(statusOf(drive.state)).toMatchObject({ sync: 'idle', error: null });
  });

  it('is not news once another ticket is given', () => {
    const drive = settled();
    end(drive, 1006);
    untilTicket(drive);
    expect(statusOf(drive.state).sync).toBe('offline');
    drive.tell({ type: 'ticketed' });
    expect(statusOf(drive.state)).toMatchObject({ sync: 'idle', error: null });
  });

  it('says nothing of the network where the service has closed it, or a proxy lets none through', () => {
    const closed = settled();
    expect(statusOf(end(closed, 4429).state).sync).toBe('idle');
    const refusedByProxy = settled();
    end(refusedByProxy, 4000).tell({ type: 'ticketed' });
    expect(statusOf(end(refusedByProxy, 1006, false).state).sync).toBe('idle');
  });
});

describe('tickets', () => {
  it.each([
    ['no network', network(), 1000],
    ['a service that is busy', overloaded(503, 40), 41_000],
  ])('waits for %s', (_name, error, ms) => {
    const drive = settled();
    end(drive, 4000).tell({ type: 'unticketed', error }).forget();
    expect(untilTicket(drive)).toBeLessThanOrEqual(ms + 2000);
  });

  it('polls where there are no sockets', () => {
    const drive = settled();
    end(drive, 4000)
      .tell({ type: 'unticketed', error: refused(404) })
      .forget();
    expect(untilTicket(drive)).toBeGreaterThanOrEqual(59 * MINUTE);
  });

  it('asks for another token when the ticket is refused', () => {
    const drive = settled();
    end(drive, 4000).tell({ type: 'unticketed', error: refused() });
    expect(drive.last('auth').why).toBe('rejected');
  });
});

it('ignores a socket that it did not wait for', () => {
  const drive = settled();
  end(drive, 4409).tell({ type: 'opened', id: 'late', checkWithinMs: 0 });
  expect(drive.has('endSocket')).toBe(true);
  expect(drive.state.socket.phase).toBe('waiting');
});
