/** Deliveries of webhooks, to receivers that are well, slow, dead, back again or gone (CONTRACT 4 "Webhooks"). */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wakeOverdue } from '../../../src/flows/webhooks/drain-webhook.ts';
import { GIVE_UP_MS } from '../../../src/flows/webhooks/send-events.ts';
import type { CacheIdentity } from '../../../src/ports/entry.ts';
import { handleWebhookBatch } from '../../../src/queues/webhook-queue.ts';
import { d1WebhookWaiting } from '../../../src/stores/webhook-waiting.ts';
import { d1Webhooks } from '../../../src/stores/webhooks.ts';
import { recordingDatabase } from '../../support/database.ts';
import { unique } from '../../support/entries.ts';
import { changeOf, queue, Receiver, removeAll, services, storedCache } from '../../support/webhooks.ts';

const HOUR_MS = 3_600_000;
const SECOND_KEY = 'ORIGIN_TEST_NEXT_HOOK';

/** A clock that only the test moves. */
class Clock {
  ms = Date.now();
  readonly now = () => this.ms;
}

/** A clock for what waits, and chance at its least: gaps are 5 s, 10 s, 20 s, … */
function later() {
  const clock = new Clock();
  return { clock, options: { now: clock.now, random: () => 0, timeoutMs: 2000 } };
}

/** Delivers messages as one batch; ids of those that were acknowledged, and of those that come again. */
async function handleBatch(bodies: unknown[], options = {}) {
  const messages = bodies.map((body, at) => ({ id: `${at}`, timestamp: new Date(), attempts: 1, body }));
  const batch = createMessageBatch('freshet-webhooks', messages);
  await handleWebhookBatch(batch, services, options);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { acknowledged: explicitAcks.toSorted(), again: retryMessages.map(({ msgId }) => msgId).toSorted() };
}

const written = { lines: '' };
beforeEach(() => {
  written.lines = '';
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => {
      written.lines += `${line}\n`;
    });
  }
});
afterEach(async () => {
  await removeAll();
  vi.restoreAllMocks();
  // Nowhere and never: what signs, and what only the receiver's URL tells.
  for (const secret of [env.ORIGIN_TEST_HOOK, env.ORIGIN_TEST_NEXT_HOOK, 'in-the-url']) {
    expect(written.lines).not.toContain(secret.replace('whsec_', ''));
  }
});

describe('while a receiver takes what it is sent', () => {
  it('an event is sent once, signed, and costs D1 no write', async () => {
    const { db, statements } = recordingDatabase(env.DB);
    const receiver = await Receiver.define();
    const cache = await storedCache({ owner: 'alice' });
    const event = changeOf(cache, 7);
    const stores = { webhooks: d1Webhooks(db), webhookWaiting: d1WebhookWaiting(db) };
    const batch = createMessageBatch('freshet-webhooks', [
      { id: 'a', timestamp: new Date(), attempts: 1, body: { webhook: receiver.name, event } },
    ]);
    await handleWebhookBatch(batch, { ...services, ...stores });
    expect(await receiver.received()).toEqual([
      {
        id: `${cache.key.slice(0, 16)}-r70-changed`,
        type: 'cache.changed',
        timestamp: new Date(event.at).toISOString(),
        data: {
          resource_title: cache.resource,
          parameters: { year: 1982 },
          owner: 'alice',
          key: cache.key,
          tag: cache.key.slice(0, 16),
          version: 7,
          revision: 70,
          inserted: 2,
          deleted: 1,
        },
      },
    ]);
    expect(statements.map(({ sql }) => sql.trim().slice(0, 6))).toEqual(['SELECT']);
    const [request] = await receiver.origin.requests();
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Freshet' });
  });

  it('it is signed with each of the secrets, while keys rotate', async () => {
    const secrets = ['ORIGIN_TEST_HOOK', SECOND_KEY].map((name) => `\${${name}}`);
    const receiver = await Receiver.define({ secrets });
    await receiver.handle([changeOf(await storedCache())]);
    expect(await receiver.received(env.ORIGIN_TEST_HOOK)).toHaveLength(1);
    expect(await receiver.received(env.ORIGIN_TEST_NEXT_HOOK)).toHaveLength(1);
  });

  it('doubled messages bear the same id', async () => {
    const receiver = await Receiver.define();
    const event = changeOf(await storedCache());
    const body = { webhook: receiver.name, event };
    expect(await handleBatch([body, body, 'garbage', { webhook: '' }])).toEqual({
      acknowledged: ['0', '1', '2', '3'],
      again: [],
    });
    const ids = (await receiver.received()).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('what it does not want, and what nobody knows any more, is not sent', async () => {
    const mine = await storedCache();
    const receiver = await Receiver.define({ resources: [mine.resource], events: ['cache.failing'] });
    const forgotten = { key: '0'.repeat(64), resource: mine.resource };
    await receiver.handle([
      changeOf(mine),
      { ...changeOf(await storedCache()), type: 'cache.failing' },
      { ...changeOf(forgotten), type: 'cache.failing' },
    ]);
    expect(await receiver.origin.requests()).toEqual([]);
    expect(await receiver.waiting()).toEqual([]);
  });

  it('events of a webhook that is gone are acknowledged', async () => {
    const body = { webhook: unique('gone'), event: changeOf(await storedCache()) };
    expect((await handleBatch([body])).acknowledged).toEqual(['0']);
  });
});

describe('a receiver that is down', () => {
  it('is asked again after growing gaps, by one delivery at a time, and then told all', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    await receiver.origin.answer({ status: 503 });
    const caches = await Promise.all(Array.from({ length: 5 }, () => storedCache()));
    await receiver.handle(
      caches.map((cache) => changeOf(cache)),
      options,
    );
    expect(await receiver.origin.requests()).toHaveLength(1);
    expect(await receiver.stored()).toMatchObject({
      failingSince: clock.ms,
      failures: 1,
      wakeAt: clock.ms + 5000,
      refusal: { problem: 'origin-status', reason: 'The receiver answered with status 503.' },
    });
    for (const gapMs of [5000, 10_000, 20_000]) {
      const before = await receiver.stored();
      expect(before.wakeAt).toBe(clock.ms + gapMs);
      // Too early.
      await receiver.handle([], options);
      clock.ms += gapMs;
      await receiver.handle([], options);
    }
    expect(await receiver.origin.requests()).toHaveLength(4);
    await receiver.origin.answer({ status: 200 });
    clock.ms += 40_000;
    await receiver.handle([], options);
    const taken = (await receiver.received(env.ORIGIN_TEST_HOOK, { anyTime: true })).slice(4);
    expect(taken.map(({ data }) => data.key).toSorted()).toEqual(caches.map(({ key }) => key).toSorted());
    expect(await receiver.stored()).toMatchObject({ failingSince: null, failures: 0, wakeAt: null, refusal: null });
    expect(await receiver.waiting()).toEqual([]);
    expect(queue.wakesOf(receiver.name)).toEqual([5, 10, 20, 40]);
    expect(written.lines.match(/webhook\.failing|webhook\.recovered/g)).toEqual([
      'webhook.failing',
      'webhook.recovered',
    ]);
  });

  it('folds the changes of 1,000 caches into one row each, and is told the newest of each', async () => {
    const receiver = await Receiver.define({ events: ['cache.changed'] });
    const { clock, options } = later();
    await receiver.origin.answer({ status: 500 });
    const resource = unique('many');
    const keys = Array.from({ length: 1000 }, (_key, n) => n.toString(16).padStart(64, '0'));
    await receiver.handle([changeOf(await storedCache())], options);
    for (let version = 1; version <= 3; version++) {
      for (let at = 0; at < keys.length; at += 100) {
        const some = keys.slice(at, at + 100);
        await receiver.handle(
          some.map((key) => changeOf({ key, resource }, version)),
          options,
        );
      }
    }
    const rows = await receiver.waiting();
    expect(rows).toHaveLength(1001);
    const pending = rows.filter(({ key }) => keys.includes(key)).map((row) => JSON.parse(row.pending ?? '{}'));
    expect(pending.every(({ changed, folded }) => JSON.parse(changed).version === 3 && folded)).toBe(true);
    expect(await receiver.origin.requests()).toHaveLength(1);
    expect(clock.ms).toBeLessThan((await receiver.stored()).wakeAt ?? 0);
  });

  it('gets merged versions as one, without what was inserted and deleted in between', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    await receiver.origin.answer({ status: 500 });
    const cache = await storedCache();
    // The newest counts, whatever the order.
    for (const version of [1, 3, 2]) await receiver.handle([changeOf(cache, version)], options);
    await receiver.handle([{ ...changeOf(cache), type: 'cache.failing', revision: 31 }], options);
    await receiver.handle([{ ...changeOf(cache), type: 'cache.recovered', revision: 32 }], options);
    await receiver.origin.answer({ status: 200 });
    clock.ms += 5000;
    await receiver.handle([], options);
    const [, ...taken] = await receiver.received(env.ORIGIN_TEST_HOOK, { anyTime: true });
    expect(taken.map(({ type, data: { version, inserted } }) => ({ type, version, inserted }))).toEqual([
      { type: 'cache.changed', version: 3, inserted: null },
      { type: 'cache.recovered', version: 4, inserted: 2 },
    ]);
  });

  it('is told the next event, too, when what waited for it is nobody any more', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    await receiver.origin.answer({ status: 500 });
    const cache = await storedCache();
    await receiver.handle([changeOf(cache)], options);
    await env.DB.prepare('DELETE FROM entries WHERE key = ?').bind(cache.key).run();
    await receiver.origin.answer({ status: 200 });
    clock.ms += 5000;
    await receiver.handle([], options);
    expect(await receiver.waiting()).toEqual([]);
    await receiver.handle([changeOf(await storedCache())], options);
    expect(await receiver.origin.requests()).toHaveLength(2);
    expect(await receiver.stored()).toMatchObject({ failingSince: null, wakeAt: null });
  });

  it('is asked no sooner than its Retry-After says, and within 12 h', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    await receiver.origin.answer({ status: 429, headers: { 'Retry-After': '7200' } });
    await receiver.handle([changeOf(await storedCache())], options);
    expect((await receiver.stored()).wakeAt).toBe(clock.ms + 2 * HOUR_MS);
    await receiver.origin.answer({ status: 503, headers: { 'Retry-After': '9999999' } });
    clock.ms += 2 * HOUR_MS;
    await receiver.handle([], options);
    expect((await receiver.stored()).wakeAt).toBe(clock.ms + 12 * HOUR_MS);
    expect(queue.wakesOf(receiver.name)).toEqual([7200, 43_200]);
  });

  it.each([
    ['hangs', { hang: true }, 'origin-timeout', /^The receiver gave no answer within 0\.3 s\.$/],
    ['refuses the signature', { status: 401 }, 'origin-auth', /^The receiver answered with status 401\.$/],
    [
      'redirects a POST into a GET',
      { status: 303, headers: { Location: '/elsewhere' } },
      'origin-redirect',
      /drops the body/,
    ],
    [
      'sends us to another host',
      { status: 307, headers: { Location: 'https://evil.example/' } },
      'origin-redirect',
      /^The receiver redirected to evil\.example, where the service does not follow\. Put the right address into url\.$/,
    ],
    [
      'redirects in a circle',
      { status: 307, headers: { Location: '?again' } },
      'origin-redirect',
      /^The receiver redirected more than 3 times in a row: put the right address into url\.$/,
    ],
    ['breaks the connection off', { raw: '' }, 'origin-unreachable', /^The receiver could not be reached\./],
  ])('counts as such when it %s', async (_how, answer, problem, reason) => {
    const receiver = await Receiver.define();
    await receiver.origin.answer(answer);
    await receiver.handle([changeOf(await storedCache())], { timeoutMs: 300 });
    expect((await receiver.stored()).refusal).toEqual({ problem, reason: expect.stringMatching(reason) });
    expect(await receiver.waiting()).toHaveLength(1);
  });

  it('follows redirects within the same origin that keep the body', async () => {
    const receiver = await Receiver.define();
    const next = { status: 200 };
    await receiver.origin.answer({ status: 308, headers: { Location: `${receiver.origin.url}/moved` }, next });
    await receiver.handle([changeOf(await storedCache())]);
    const [first, second] = await receiver.received();
    expect(second).toEqual(first);
    expect((await receiver.stored()).failingSince).toBeNull();
  });

  it('keeps nobody else waiting: the others of its batch are told meanwhile', async () => {
    const [dead, ...others] = await Promise.all(Array.from({ length: 4 }, () => Receiver.define()));
    await dead?.origin.answer({ hang: true });
    const cache = await storedCache();
    const bodies = [dead, ...others].map((receiver) => ({ webhook: receiver?.name ?? '', event: changeOf(cache) }));
    const handled = handleBatch(bodies, { timeoutMs: 3000 });
    for (const other of others) await expect.poll(() => other.received()).toHaveLength(1);
    expect((await dead?.stored())?.failingSince).toBeNull();
    expect((await handled).acknowledged).toEqual(['0', '1', '2', '3']);
    expect((await dead?.stored())?.failingSince).not.toBeNull();
  });

  it('has one event that it never takes tried apart, and dropped after 5 days', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    const [poison, other] = [await storedCache(), await storedCache()];
    // The receiver takes all but that one.
    const fetch = async (url: string, init: RequestInit) => {
      const answer = await globalThis.fetch(url, init);
      return String(init.body).includes(poison.key) ? new Response(null, { status: 422 }) : answer;
    };
    const handle = (...caches: CacheIdentity[]) =>
      receiver.handle(
        caches.map((cache) => changeOf(cache, Math.ceil(clock.ms / 1000))),
        { ...options, fetch },
      );
    await handle(poison, other);
    // It looked like a receiver that is down; the next to be tried is one that waits for less long.
    clock.ms += 5000;
    await handle();
    clock.ms += 10_000;
    await handle();
    expect(await receiver.waiting()).toEqual([expect.objectContaining({ key: poison.key })]);
    expect((await receiver.stored()).failingSince).toBeNull();
    // It counts from the first event that was not taken, whatever is folded into it later.
    clock.ms += GIVE_UP_MS / 2;
    await handle(poison);
    clock.ms += GIVE_UP_MS / 2;
    await handle(other);
    expect(await receiver.waiting()).toEqual([]);
    expect(written.lines).toContain('webhook.dropped');
    expect(await receiver.stored()).toMatchObject({ disabledAt: null });
  });
});

describe('a slow receiver', () => {
  it('gets the rest from one consumer; the lease lets no other send meanwhile', async () => {
    const receiver = await Receiver.define();
    await receiver.origin.answer({ delay_ms: 2100, next: { delay_ms: 300 } });
    const caches = await Promise.all(Array.from({ length: 6 }, () => storedCache()));
    const first = receiver.handle(
      caches.map((cache) => changeOf(cache)),
      { width: 2 },
    );
    await expect.poll(async () => (await receiver.waiting()).length).toBe(5);
    // Somebody else is woken while the first has the lease.
    await expect.poll(async () => (await receiver.origin.requests()).length).toBeGreaterThan(1);
    await receiver.handle([]);
    await first;
    const ids = (await receiver.received()).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
    expect(await receiver.stored()).toMatchObject({ wakeAt: null, failingSince: null });
  });
});

it('a webhook has one delivery at once of each consumer, and six at most of the consumer that sends waiting events', async () => {
  const receiver = await Receiver.define();
  const flying = { now: 0, most: 0 };
  const fetch = async (url: string, init: RequestInit) => {
    flying.now += 1;
    flying.most = Math.max(flying.most, flying.now);
    return globalThis.fetch(url, init).finally(() => {
      flying.now -= 1;
    });
  };
  const caches = await Promise.all(Array.from({ length: 30 }, () => storedCache()));
  const bodies = caches.map((cache) => ({ webhook: receiver.name, event: changeOf(cache) }));
  await handleBatch(bodies.slice(0, 6), { fetch });
  expect(flying.most).toBe(1);
  await services.webhookWaiting.add(
    receiver.name,
    caches.map((cache) => changeOf(cache, 5)),
    Date.now(),
  );
  await Promise.all([handleBatch([{ webhook: receiver.name }], { fetch }), receiver.handle([], { fetch })]);
  expect(flying.most).toBe(6);
  expect(await receiver.received()).toHaveLength(36);
});

describe('a receiver that wants no more', () => {
  it.each(['at once', 'by what waits'])('is disabled by a 410, %s; putting it again enables it', async (how) => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    if (how === 'by what waits') {
      await receiver.origin.answer({ status: 500 });
      await receiver.handle([changeOf(await storedCache())], options);
      clock.ms += 5000;
    }
    await receiver.origin.answer({ status: 410 });
    const event = changeOf(await storedCache());
    await receiver.handle(how === 'at once' ? [event] : [], options);
    expect(await receiver.stored()).toMatchObject({
      disabledAt: clock.ms,
      refusal: { problem: 'origin-status', reason: expect.stringContaining('410') },
    });
    expect(await receiver.waiting()).toEqual([]);
    const asked = (await receiver.origin.requests()).length;
    await receiver.handle([event], options);
    expect(await receiver.origin.requests()).toHaveLength(asked);
    expect((await services.webhooks.active()).map(({ name }) => name)).not.toContain(receiver.name);
    expect(written.lines).toContain('webhook.disabled');

    await receiver.origin.answer({ status: 200 });
    const { changedAt, definition } = await receiver.stored();
    await services.webhooks.put(receiver.name, definition, changedAt, clock.ms);
    await receiver.handle([event], options);
    expect(await receiver.origin.requests()).toHaveLength(asked + 1);
    expect((await services.webhooks.active()).map(({ name }) => name)).toContain(receiver.name);
  });

  it('leaves nothing that waits, also of consumers that knew it before', async () => {
    const [deleted, disabled] = [await Receiver.define({ min_interval_s: 60 }), await Receiver.define()];
    const before = await Promise.all([deleted.stored(), disabled.stored()]);
    await services.webhooks.remove(deleted.name, before[0].changedAt);
    await services.webhooks.disable(before[1], { problem: 'origin-status', reason: 'gone' }, Date.now());
    const left = [changeOf(await storedCache())];
    for (const { name } of before) expect(await services.webhookWaiting.add(name, left, Date.now())).toBeNull();
    expect([await deleted.waiting(), await disabled.waiting()]).toEqual([[], []]);
  });

  it('that is put again while it fails is sent at once what was to be tried much later', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    await receiver.origin.answer({ status: 500, headers: { 'Retry-After': '36000' } });
    await receiver.handle([changeOf(await storedCache())], options);
    clock.ms += 10 * HOUR_MS;
    await receiver.handle([], options);
    const { changedAt, definition } = await receiver.stored();
    await receiver.origin.answer({ status: 200 });
    const put = await services.webhooks.put(receiver.name, definition, changedAt, clock.ms);
    expect(put).toMatchObject({ failingSince: null, wakeAt: clock.ms });
    await receiver.handle([], options);
    expect(await receiver.waiting()).toEqual([]);
    expect(await receiver.origin.requests()).toHaveLength(3);
  });

  it.each([
    ['410 at once', 410, 'at once'],
    ['410 by what waits', 410, 'by what waits'],
    ['500 at once', 500, 'at once'],
    ['500 by what waits', 500, 'by what waits'],
  ] as const)('that is put again while it answers %s says nothing of the new definition', async (_, status, how) => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    if (how === 'by what waits') {
      await receiver.origin.answer({ status: 500 });
      await receiver.handle([changeOf(await storedCache())], options);
      clock.ms += 5000;
    }
    await receiver.origin.answer({ status: 204 });
    const event = changeOf(await storedCache());
    const fetch = async () => {
      const { changedAt } = await receiver.stored();
      await services.webhooks.put(
        receiver.name,
        receiver.definition({ resources: [event.resource] }),
        changedAt,
        clock.ms,
      );
      return new Response(null, { status, headers: { 'Retry-After': '36000' } });
    };
    const before = (await receiver.origin.requests()).length;
    await receiver.handle(how === 'at once' ? [event] : [], { ...options, fetch });
    expect(await receiver.stored()).toMatchObject({ disabledAt: null, failingSince: null, refusal: null });
    clock.ms += 1;
    await receiver.handle([], options);
    expect(await receiver.waiting()).toEqual([]);
    expect((await receiver.origin.requests()).length - before).toBe(how === 'at once' ? 1 : 0);
  });

  it('is disabled after it has taken nothing for 5 days, tried at most each 12 h', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    const began = clock.ms;
    await receiver.origin.answer({ status: 500 });
    await receiver.handle([changeOf(await storedCache())], options);
    let tries = 1;
    for (; (await receiver.stored()).disabledAt === null && tries < 60; tries++) {
      clock.ms = (await receiver.stored()).wakeAt ?? clock.ms;
      await receiver.handle([], options);
    }
    expect(clock.ms - began).toBeGreaterThanOrEqual(GIVE_UP_MS);
    expect(clock.ms - began).toBeLessThan(GIVE_UP_MS + 12 * HOUR_MS);
    expect(await receiver.origin.requests()).toHaveLength(tries);
    expect(await receiver.stored()).toMatchObject({
      refusal: { problem: 'origin-status', reason: expect.stringMatching(/^The receiver accepted nothing for 5 days/) },
    });
  });
});

describe('min_interval_s', () => {
  it('tells one event of a cache at once, and folds those that follow', async () => {
    const receiver = await Receiver.define({ min_interval_s: 1800 });
    const { clock, options } = later();
    const [cache, other] = [await storedCache(), await storedCache()];
    const count = async () => (await receiver.origin.requests()).length;
    await receiver.handle([changeOf(cache, 1)], options);
    expect(await count()).toBe(1);
    for (const version of [2, 3, 4]) {
      clock.ms += 60_000;
      await receiver.handle([changeOf(cache, version)], options);
    }
    expect(await count()).toBe(1);
    await receiver.handle([changeOf(other, 1)], options);
    expect(await count()).toBe(2);
    clock.ms = (await receiver.stored()).wakeAt ?? 0;
    await receiver.handle([], options);
    const received = await receiver.received(env.ORIGIN_TEST_HOOK, { anyTime: true });
    expect(received.map(({ data: { key, version, inserted } }) => [key === cache.key, version, inserted])).toEqual([
      [true, 1, 2],
      [false, 1, 2],
      [true, 4, null],
    ]);
    // What only remembers a delivery goes when its time is over.
    clock.ms += 2 * 1800_000;
    await receiver.handle([], options);
    expect(await receiver.waiting()).toEqual([]);
    expect((await receiver.stored()).wakeAt).toBeNull();
  });
});

describe('what is lost in transit', () => {
  it('is looked for by the cron: a wake-up, or a consumer with its lease', async () => {
    const receiver = await Receiver.define();
    const { clock, options } = later();
    await receiver.origin.answer({ status: 500 });
    await receiver.handle([changeOf(await storedCache())], options);
    const wakeAt = (await receiver.stored()).wakeAt ?? 0;
    await services.webhooks.lease(receiver.name, wakeAt, wakeAt + 60_000);
    const before = queue.wakesOf(receiver.name).length;
    await wakeOverdue(services, wakeAt + 60_000);
    expect(queue.wakesOf(receiver.name)).toHaveLength(before);
    await wakeOverdue(services, wakeAt + 91_000);
    expect(queue.wakesOf(receiver.name)).toHaveLength(before + 1);
    clock.ms = wakeAt + 91_000;
    await receiver.origin.answer({ status: 200 });
    await receiver.handle([], options);
    expect(await receiver.waiting()).toEqual([]);
  });

  it('comes again: where D1 does not answer, the messages are handed back', async () => {
    const receiver = await Receiver.define({ min_interval_s: 1 });
    const add = vi.spyOn(services.webhookWaiting, 'add').mockRejectedValueOnce(new Error('D1_ERROR: down'));
    const body = { webhook: receiver.name, event: changeOf(await storedCache()) };
    expect(await handleBatch([body])).toEqual({ acknowledged: [], again: ['0'] });
    add.mockRestore();
    expect(await handleBatch([body])).toEqual({ acknowledged: ['0'], again: [] });
    expect(await receiver.received()).toHaveLength(1);
  });

  it('an event that arrives while its cache is being reported stays', async () => {
    const receiver = await Receiver.define({ min_interval_s: 60 });
    const cache = await storedCache();
    await receiver.origin.answer({ hold: true });
    const first = receiver.handle([changeOf(cache, 1)]);
    await expect.poll(() => receiver.origin.requests()).toHaveLength(1);
    await receiver.handle([changeOf(cache, 2)]);
    await receiver.origin.answer({ status: 200 });
    await first;
    expect(await receiver.waiting()).toEqual([
      expect.objectContaining({ pending: expect.stringContaining('version\\":2') }),
    ]);
    expect((await receiver.stored()).wakeAt).toBeGreaterThan(Date.now());
  });
});
