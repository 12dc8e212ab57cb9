/** Schedules (CONTRACT 4), on real stores and objects; the clock is an argument. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import type { Services } from '../../src/flows/services.ts';
import { type DueOptions, refreshDue } from '../../src/flows/upkeep/refresh-due.ts';
import type { EnqueueAnswer, EnqueueRequest } from '../../src/ports/object.ts';
import { makeServices } from '../../src/services.ts';
import { admin, cachesOf, defineResource, loadAll } from '../support/admin.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOUR = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }];
const real = () => makeServices(env, () => {});
const hourOf = (ms: number) => ms - (ms % HOUR_MS);

// What one test leaves due would run in the next.
afterEach(async () => {
  await env.DB.prepare('UPDATE resources SET next_run_at = NULL').run();
});

/** A resource with a schedule, and its loaded caches, all of them read an hour ago; their keys in order. */
async function scheduled(schedule = '0 * * * *'): Promise<{ title: string; keys: string[]; dueAt: number }> {
  const { title } = await defineResource({ schedule });
  await loadAll(title, FOUR);
  const keys = (await cachesOf(title)).map(({ key }) => key);
  await read(keys, Date.now() - HOUR_MS);
  return { title, keys, dueAt: (await runOf(title)).next_run_at ?? 0 };
}

const changedAt = async (title: string) => (await real().resources.read(title))?.changedAt ?? null;

const read = (keys: string[], at: number) => real().entries.touch(keys.map((key) => ({ key, hour: hourOf(at) })));

async function runOf(title: string) {
  const row = await env.DB.prepare('SELECT next_run_at, run_after, run_started_at FROM resources WHERE title = ?')
    .bind(title)
    .first<{ next_run_at: number | null; run_after: string | null; run_started_at: number | null }>();
  if (row === null) throw new Error(`no resource ${title}`);
  return row;
}

/** Services that note what is asked of the objects; those of keys that `fails` picks cannot be reached. */
function watched(fails: (key: string) => boolean = () => false) {
  const services = real();
  const asked: EnqueueRequest[] = [];
  const answers: Promise<EnqueueAnswer>[] = [];
  const enqueue: Services['objects']['enqueue'] = async (request) => {
    asked.push(request);
    if (fails(request.cache.key)) throw new Error('the object cannot be reached');
    const answer = services.objects.enqueue(request);
    answers.push(answer);
    return answer;
  };
  return { asked, answers, services: { ...services, objects: { ...services.objects, enqueue } } };
}

/** Keys that one call refreshes, in order. */
async function refreshed(now: number, options: DueOptions = {}): Promise<string[]> {
  const { services, asked } = watched();
  await refreshDue(services, now, { pauseMs: 0, ...options });
  return asked.map(({ cache }) => cache.key).toSorted();
}

describe('a schedule that is due', () => {
  it('loads each cache again, by cron; the tasks are nobody’s', async () => {
    const { title, keys, dueAt } = await scheduled();
    const { services, asked } = watched();
    await runCron(services, dueAt);
    expect(asked.map(({ cache }) => cache.key).toSorted()).toEqual(keys);
    expect(asked).toEqual(asked.map(() => expect.objectContaining({ since: dueAt, asker: null, waitMs: 0 })));
    const versions = async () => (await cachesOf(title)).map(({ version }) => version);
    await expect.poll(versions).toEqual([2, 2, 2, 2]);
  });

  it('leaves caches to expire that nobody has read for 7 days', async () => {
    const { keys, dueAt } = await scheduled();
    const [recent = '', week = '', old = '', never = ''] = keys;
    await env.DB.prepare('UPDATE entries SET read_at = NULL WHERE key IN (?, ?, ?)').bind(week, old, never).run();
    await read([week], dueAt - 7 * DAY_MS + HOUR_MS);
    await read([old], dueAt - 7 * DAY_MS - HOUR_MS);
    expect(await refreshed(dueAt)).toEqual([recent, week]);
  });

  it('is not so before its time, nor again before its next', async () => {
    const { keys, dueAt } = await scheduled();
    expect(await refreshed(dueAt - 1)).toEqual([]);
    expect(await refreshed(dueAt)).toEqual(keys);
    expect(await refreshed(dueAt + 60_000)).toEqual([]);
    expect(await refreshed(dueAt + HOUR_MS)).toEqual(keys);
  });

  it('catches up once, however many times were missed', async () => {
    const { title, keys, dueAt } = await scheduled('*/5 * * * *');
    const now = dueAt + 5 * HOUR_MS + 1000;
    expect(await refreshed(now)).toEqual(keys);
    expect(await refreshed(now)).toEqual([]);
    expect((await runOf(title)).next_run_at).toBe(dueAt + 5 * HOUR_MS + 300_000);
  });
});

describe('a run', () => {
  it('starts so many refreshes a call and continues after them, each cache once', async () => {
    const { title, keys, dueAt } = await scheduled();
    const few = { maxRefreshes: 3, pageSize: 2 };
    expect(await refreshed(dueAt, few)).toEqual(keys.slice(0, 3));
    expect(await runOf(title)).toEqual({ next_run_at: dueAt, run_after: keys[2], run_started_at: dueAt });
    expect(await refreshed(dueAt + 60_000, few)).toEqual(keys.slice(3));
    expect(await runOf(title)).toEqual({ next_run_at: dueAt + HOUR_MS, run_after: null, run_started_at: null });
  });

  it('that outlasts a time of its schedule is followed by one that answers it', async () => {
    const { keys, dueAt } = await scheduled('* * * * *');
    const few = { maxRefreshes: 3, pageSize: 3 };
    expect(await refreshed(dueAt, few)).toEqual(keys.slice(0, 3));
    expect(await refreshed(dueAt + 300_000, { maxRefreshes: 1 })).toEqual(keys.slice(3));
    expect(await refreshed(dueAt + 300_000)).toEqual(keys);
    expect(await refreshed(dueAt + 300_000)).toEqual([]);
  });

  it('goes page by page in turn with the others', async () => {
    const [one, other] = [await scheduled(), await scheduled()];
    const first = await refreshed(Math.max(one.dueAt, other.dueAt), { maxRefreshes: 4, pageSize: 2 });
    expect(first).toEqual([...one.keys.slice(0, 2), ...other.keys.slice(0, 2)].toSorted());
  });

  it('goes past a cache whose object cannot be reached', async () => {
    const { title, keys, dueAt } = await scheduled();
    const { services, asked } = watched((key) => key === keys[1]);
    await refreshDue(services, dueAt, { pauseMs: 0, pageSize: 1 });
    expect(asked.map(({ cache }) => cache.key)).toEqual(expect.arrayContaining(keys));
    expect((await runOf(title)).next_run_at).toBe(dueAt + HOUR_MS);
  });

  it('stays due from where it is when D1 fails', async () => {
    const { title, keys, dueAt } = await scheduled();
    const services = real();
    let pages = 0;
    const list: Services['entries']['list'] = async (...args) => {
      pages += 1;
      if (pages > 1) throw new Error('D1 is down');
      return services.entries.list(...args);
    };
    await refreshDue({ ...services, entries: { ...services.entries, list } }, dueAt, { pauseMs: 0, pageSize: 2 });
    expect((await runOf(title)).run_after).toBe(keys[1]);
    expect(await refreshed(dueAt)).toEqual(keys.slice(2));
  });

  it('that breaks off before it notes a page repeats the page, and loads no cache twice', async () => {
    const { title, keys } = await scheduled();
    const now = Date.now();
    await env.DB.prepare('UPDATE resources SET next_run_at = ? WHERE title = ?').bind(now, title).run();
    const services = real();
    const moveRun: Services['resources']['moveRun'] = (run, to) =>
      run.after === null ? services.resources.moveRun(run, to) : Promise.reject(new Error('the invocation is gone'));
    await refreshDue({ ...services, resources: { ...services.resources, moveRun } }, now, { pauseMs: 0 });
    const versions = async () => (await cachesOf(title)).map(({ version }) => version);
    await expect.poll(versions).toEqual([2, 2, 2, 2]);

    const again = watched();
    await refreshDue(again.services, Date.now(), { pauseMs: 0 });
    expect(again.asked.map(({ cache }) => cache.key).toSorted()).toEqual(keys);
    expect(await Promise.all(again.answers)).toEqual(keys.map(() => expect.objectContaining({ outcome: 'current' })));
    expect((await runOf(title)).run_started_at).toBeNull();
  });

  it('leaves alone what was loaded less than refresh_min_s ago', async () => {
    const { title, dueAt } = await scheduled();
    const { definition } = (await real().resources.read(title)) ?? {};
    await real().resources.put(
      title,
      { ...definition, refresh_min_s: 7200 } as never,
      false,
      await changedAt(title),
      1,
    );
    const { services, answers } = watched();
    await refreshDue(services, dueAt, { pauseMs: 0 });
    const ended = { outcome: 'task', task: expect.objectContaining({ state: 'SUCCESS' }) };
    expect(await Promise.all(answers)).toEqual(FOUR.map(() => expect.objectContaining(ended)));
  });

  it('is not carried on by two at once', async () => {
    const { title, keys, dueAt } = await scheduled();
    const first = watched();
    const second = watched();
    const options = { pauseMs: 0, pageSize: 1 };
    await Promise.all([first, second].map(({ services }) => refreshDue(services, dueAt, options)));
    const asked = [...first.asked, ...second.asked].map(({ cache }) => cache.key);
    expect([...new Set(asked)].toSorted()).toEqual(keys);
    // Both may begin the same page; only one of them notes it and goes on.
    expect(asked.length).toBeLessThanOrEqual(2 * keys.length);
    expect(await runOf(title)).toEqual({ next_run_at: dueAt + HOUR_MS, run_after: null, run_started_at: null });
  });

  it('ends when the schedule is taken away', async () => {
    const { title, dueAt } = await scheduled();
    await refreshed(dueAt, { maxRefreshes: 1 });
    const {
      title: _title,
      schedule: _schedule,
      ...rest
    } = await (await admin.get(`/resources/${title}/`)).json<{
      title: string;
      schedule: string;
    }>();
    expect((await admin.put(`/resources/${title}/`, rest)).status).toBe(200);
    expect(await runOf(title)).toEqual({ next_run_at: null, run_after: null, run_started_at: null });
    expect(await refreshed(dueAt)).toEqual([]);
  });
});
