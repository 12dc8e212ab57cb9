/** What webhooks learn of loads, and that they learn it at least once, whatever is cut off (CONTRACT 4 "Webhooks"). */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it } from 'vitest';
import type { CacheEvent } from '../../src/contract/webhook.ts';
import { webhookIdOf } from '../../src/core/webhook-events.ts';
import type { RefreshServices, RunOptions } from '../../src/flows/load/run-refresh.ts';
import { runRefresh } from '../../src/flows/load/run-refresh.ts';
import { sweepAll } from '../../src/flows/upkeep/sweep.ts';
import { d1Webhooks } from '../../src/stores/webhooks.ts';
import { recordingDatabase } from '../support/database.ts';
import { services as loading, Refreshed } from '../support/refreshes.ts';
import { NotedQueue, Receiver, removeAll, services } from '../support/webhooks.ts';

afterEach(removeAll);

/** A cache and a webhook that is notified of it. */
async function told(
  members: Parameters<typeof Refreshed.define>[0] = {},
  hook: Parameters<typeof Receiver.define>[0] = {},
) {
  const cache = await Refreshed.define({ retry: { max_attempts: 1, backoff_s: 0 }, error_ttl_s: 0, ...members });
  const receiver = await Receiver.define({ resources: [cache.title], ...hook });
  const queue = new NotedQueue();
  const through = { webhooks: services.webhooks, webhookQueue: queue };
  return {
    cache,
    queue,
    events: () => queue.eventsFor(receiver.name),
    /** Asks for a refresh and runs it as one delivery. */
    refresh: (more: Partial<RefreshServices> & RunOptions = {}) => cache.refresh({ ...through, ...more }),
    /** Delivers a task's message once more. */
    again: (taskId: string, attempts = 2) =>
      runRefresh({ ...loading, ...through }, { taskId, deliveryId: crypto.randomUUID(), attempts }),
  };
}

const TABLES = [{ name: 't', rows: '', columns: ['a'] }];
const brief = (events: CacheEvent[]) =>
  events.map(({ type, version, inserted, deleted }) => [type.slice(6), version, inserted, deleted]);

describe('a load', () => {
  it('that changed the body is told with what came and went; one that changed nothing is not', async () => {
    const { cache, refresh, events } = await told({ tables: TABLES });
    await cache.origin.answerJson([[1], [2]]);
    await refresh();
    await refresh();
    await cache.origin.answerJson([[2], [3], [4]]);
    const { entry } = await refresh();
    expect(brief(events())).toEqual([
      ['changed', 1, 2, 0],
      ['changed', 3, 2, 1],
    ]);
    expect(events()[1]).toMatchObject({ key: cache.cache.key, resource: cache.title, revision: entry?.revision });
    // What names a user or parameters is in no queue.
    expect(JSON.stringify(events())).not.toContain('"of"');
  });

  it('of a body that is not a table is told without counts', async () => {
    const { cache, refresh, events } = await told();
    await cache.origin.answer({ body: 'x' });
    await refresh();
    expect(brief(events())).toEqual([['changed', 1, null, null]]);
  });

  it('that fails is told when the cache begins to fail, and the first that succeeds again', async () => {
    const { cache, refresh, events } = await told();
    await cache.origin.answer({ body: 'x' });
    await refresh();
    await cache.origin.answer({ status: 500 });
    await refresh();
    await refresh();
    await cache.origin.answer({ body: 'x' });
    await refresh();
    await refresh();
    expect(brief(events())).toEqual([
      ['changed', 1, null, null],
      ['failing', 1, null, null],
      ['recovered', 1, null, null],
    ]);
    expect(events()[1]?.error).toEqual({
      type: '/docs/problems#origin-status',
      detail: 'The origin answered with status 500.',
    });
  });

  it('that succeeds after a purge has ended the failure is told as the first that succeeds again', async () => {
    const { cache, refresh, events } = await told();
    await cache.origin.answer({ status: 500 });
    await refresh();
    await loading.objects.purge({ key: cache.cache.key, soft: false });
    await refresh();
    await cache.origin.answer({ body: 'x' });
    await refresh();
    expect(events().map(({ type }) => type)).toEqual(['cache.failing', 'cache.recovered', 'cache.changed']);
  });

  it('that is tried again has not failed yet', async () => {
    const { cache, refresh, events } = await told({ retry: { max_attempts: 2, backoff_s: 0 } });
    await cache.origin.answer({ status: 500 });
    expect((await refresh()).task.state).toBe('RETRY');
    expect(events()).toEqual([]);
  });

  it.each([
    ['origin-guard', { tables: TABLES, guard: { min_rows: 5 } }, []],
    [
      'origin-pages',
      { tables: [{ ...TABLES[0], name: 't', rows: '/rows', columns: ['a'] }] },
      { rows: [], nextLink: 'https://x' },
    ],
    ['origin-refused', {}, { errors: ['no'] }],
  ])('that is refused as %s is told as guarded, each time', async (code, members, body) => {
    const { cache, refresh, events } = await told(members);
    await cache.origin.answerJson(body);
    const { task } = await refresh();
    expect(task.error?.type).toBe(`/docs/problems#${code}`);
    await refresh();
    expect(events().map(({ type }) => type)).toEqual(['cache.failing', 'cache.guarded', 'cache.guarded']);
  });

  it('is sent only to those who want it', async () => {
    const { cache, refresh, events } = await told({}, { events: ['cache.recovered'] });
    await cache.origin.answer({ body: 'x' });
    await refresh();
    const other = await told();
    await other.cache.origin.answer({ body: 'x' });
    await other.refresh();
    expect([events(), other.events().length]).toEqual([[], 1]);
  });
});

describe('at least once', () => {
  it('a consumer that is cut short after the commit tells when its message comes again', async () => {
    const { cache, refresh, again, events } = await told({ tables: TABLES });
    await cache.origin.answerJson([[1]]);
    const objects = {
      ...loading.objects,
      commit: async (request: Parameters<typeof loading.objects.commit>[0]) => {
        await loading.objects.commit(request);
        throw new Error('killed');
      },
    };
    const { disposition, task } = await refresh({ objects });
    expect([disposition.ack, task.state, events()]).toEqual([false, 'SUCCESS', []]);
    expect(await again(task.taskId)).toEqual({ ack: true });
    expect(brief(events())).toEqual([['changed', 1, 1, 0]]);
    expect(await cache.origin.requests()).toHaveLength(1);
  });

  it('a message is not acknowledged before the queue of webhooks has the event; doubled, it has the same id', async () => {
    const { cache, queue, refresh, again, events } = await told();
    await cache.origin.answer({ body: 'x' });
    queue.fault = new Error('Queue sendBatch failed');
    const { disposition, task } = await refresh();
    expect([disposition.ack, task.state, events()]).toEqual([false, 'SUCCESS', []]);
    queue.fault = new Error('Queue sendBatch failed');
    expect((await again(task.taskId)).ack).toBe(false);
    await again(task.taskId);
    await again(task.taskId, 3);
    const [first, second] = events();
    expect(first).toMatchObject({ type: 'cache.changed', version: 1 });
    expect(second).toEqual(first);
  });

  it('the same holds for a load that failed', async () => {
    const { cache, queue, refresh, again, events } = await told();
    await cache.origin.answer({ status: 500 });
    queue.fault = new Error('Queue sendBatch failed');
    const { disposition, task } = await refresh();
    expect([disposition.ack, task.state]).toEqual([false, 'FAILURE']);
    await again(task.taskId);
    expect(events().map(({ type }) => type)).toEqual(['cache.failing']);
  });

  it('what is told late is what is current then', async () => {
    const { cache, queue, refresh, again, events } = await told({ tables: TABLES });
    await cache.origin.answerJson([[1]]);
    queue.fault = new Error('Queue sendBatch failed');
    const { task } = await refresh();
    await cache.origin.answerJson([[1], [2]]);
    await refresh();
    await again(task.taskId);
    expect(brief(events())).toEqual([
      ['changed', 2, 1, 0],
      ['changed', 2, null, null],
    ]);
  });

  it('a message that comes twice at the same time tells nothing by itself', async () => {
    const { cache, refresh, again, events } = await told();
    await cache.origin.answer({ body: 'x' });
    const { task } = await refresh();
    await again(task.taskId, 1);
    expect(events()).toHaveLength(1);
  });
});

describe('a sweep of a purged resource', () => {
  const sweeping = (through: Pick<RefreshServices, 'webhooks' | 'webhookQueue'>) =>
    sweepAll({ ...loading, ...through, entries: services.entries }, Date.now());

  it('reports each cache before it purges it: one that is cut short tells again, with the same id', async () => {
    const { cache, queue, refresh, events } = await told();
    await cache.origin.answer({ body: 'x' });
    await refresh();
    await loading.resources.expireAll(cache.title, false, Date.now());
    const through = { webhooks: services.webhooks, webhookQueue: queue };
    queue.fault = new Error('Queue sendBatch failed');
    await sweeping(through);
    const objects = { ...loading.objects, purge: () => Promise.reject(new Error('cut short')) };
    await sweepAll({ ...loading, ...through, objects, entries: services.entries }, Date.now());
    await sweeping(through);
    await sweeping(through);
    const [loaded, first, second, ...more] = events();
    expect([loaded?.version, first?.version, more]).toEqual([1, null, []]);
    expect(first?.revision).toBeGreaterThan(loaded?.revision ?? 0);
    expect(second && webhookIdOf(second)).toBe(first && webhookIdOf(first));
    expect((await services.entries.find(cache.cache.key))?.loaded).toBeNull();
    expect((await services.entries.find(cache.cache.key))?.revision).toBeGreaterThanOrEqual(first?.revision ?? 0);
  });

  it('of one that is deleted tells nothing', async () => {
    const { cache, queue, refresh, events } = await told();
    await cache.origin.answer({ body: 'x' });
    await refresh();
    await cache.remove();
    await sweeping({ webhooks: services.webhooks, webhookQueue: queue });
    expect(events()).toHaveLength(1);
    expect(await services.entries.find(cache.cache.key)).toBeNull();
  });
});

describe('without a webhook', () => {
  it('loads cost nothing: D1 is asked once in 30 s, and nothing is sent', async () => {
    const { db, statements } = recordingDatabase(env.DB);
    const clock = { ms: 1_000_000 };
    const webhooks = d1Webhooks(db, () => clock.ms);
    const webhookQueue = new NotedQueue();
    const cache = await Refreshed.define({ error_ttl_s: 0, retry: { max_attempts: 1 } });
    for (const answer of [{ body: 'x' }, { body: 'y' }, { status: 500 }, { body: 'y' }]) {
      await cache.origin.answer(answer);
      const { task } = await cache.refresh({ webhooks, webhookQueue });
      await runRefresh(
        { ...loading, webhooks, webhookQueue },
        { taskId: task.taskId, deliveryId: crypto.randomUUID(), attempts: 2 },
      );
    }
    expect([statements.length, webhookQueue.sent]).toEqual([1, []]);
    clock.ms += 30_000;
    await webhooks.active();
    expect(statements).toHaveLength(2);
  });

  it('they continue while D1 cannot say whether there is one, if it did within an hour', async () => {
    let isDown = false;
    const { db } = recordingDatabase(env.DB, async () => {
      if (isDown) throw new Error('D1_ERROR: down');
    });
    const clock = { ms: 1_000_000 };
    const webhooks = d1Webhooks(db, () => clock.ms);
    const cache = await Refreshed.define();
    await cache.origin.answer({ body: 'x' });
    expect((await cache.refresh({ webhooks })).disposition).toEqual({ ack: true });
    isDown = true;
    clock.ms += 60_000;
    await cache.origin.answer({ body: 'y' });
    expect((await cache.refresh({ webhooks })).disposition).toEqual({ ack: true });
    clock.ms += 3_600_000;
    await cache.origin.answer({ body: 'z' });
    const { disposition, task } = await cache.refresh({ webhooks });
    // Loaded all the same; whether somebody is to be told is found out when the message comes again.
    expect([disposition.ack, task.state]).toEqual([false, 'SUCCESS']);
  });
});
