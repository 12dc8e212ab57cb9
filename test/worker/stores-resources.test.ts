import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { DEFINITION_CACHE_MS } from '../../src/contract/constants.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { d1Resources } from '../../src/stores/resources.ts';
import { recordingDatabase } from '../support/database.ts';
import { sampleEntry, unique } from '../support/entries.ts';
import { sampleResource } from '../support/resources.ts';

const resources = d1Resources(env.DB);
const definition = sampleResource();

describe('writing a definition', () => {
  it('makes it, with nothing before it counting', async () => {
    const title = unique('new');
    const made = await resources.put(title, definition, true, null, 1000);
    expect(made).toEqual({ title, definition, number: 1000, purged: 1000, changedAt: 1000 });
    expect(await resources.read(title)).toEqual(made);
  });

  it('changes it where the expected one stands', async () => {
    const title = unique('changed');
    await resources.put(title, definition, true, null, 1000);
    const changed = sampleResource({ ttl_s: 1 });
    expect(await resources.put(title, changed, true, 1000, 2000)).toMatchObject({
      definition: changed,
      number: 2000,
      purged: 1000,
      changedAt: 2000,
    });
  });

  it('keeps the number where nothing that matters to a load has changed', async () => {
    const title = unique('unmattering');
    await resources.put(title, definition, true, null, 1000);
    expect(await resources.put(title, definition, false, 1000, 2000)).toMatchObject({ number: 1000, changedAt: 2000 });
  });

  it('makes both grow even when the clock does not', async () => {
    const title = unique('clock');
    await resources.put(title, definition, true, null, 1000);
    expect(await resources.put(title, definition, true, 1000, 900)).toMatchObject({ number: 1001, changedAt: 1001 });
  });

  it.each([
    ['it should not be there yet', null],
    ['another one was expected', 999],
  ])('refuses when %s', async (_name, expected) => {
    const title = unique('refused');
    await resources.put(title, definition, true, null, 1000);
    expect(await resources.put(title, sampleResource({ ttl_s: 1 }), true, expected, 2000)).toBeNull();
    expect(await resources.read(title)).toMatchObject({ definition, changedAt: 1000 });
  });

  it('refuses when one was expected and there is none', async () => {
    expect(await resources.put(unique('absent'), definition, true, 1000, 2000)).toBeNull();
  });
});

describe('a deleted resource', () => {
  it('is a tombstone that is to be swept, and whose caches count as absent', async () => {
    const title = unique('deleted');
    await resources.put(title, definition, true, null, 1000);
    expect(await resources.remove(title, 1000, 2000)).toBe(true);
    expect(await resources.read(title)).toMatchObject({ definition: null, number: 2000, purged: 2000 });
    expect(await resources.find(title)).toBeNull();
    expect((await resources.listSweeping(1000)).map((resource) => resource.title)).toContain(title);
  });

  it('is not deleted twice, nor when another one was expected', async () => {
    const title = unique('deleted');
    await resources.put(title, definition, true, null, 1000);
    expect(await resources.remove(title, 999, 2000)).toBe(false);
    expect(await resources.remove(title, null, 2000)).toBe(true);
    expect(await resources.remove(title, null, 3000)).toBe(false);
  });

  it('is created again above all numbers that it had', async () => {
    const title = unique('anew');
    await resources.put(title, definition, true, null, 1000);
    await resources.remove(title, null, 2000);
    expect(await resources.put(title, definition, true, null, 500)).toMatchObject({ number: 2001, purged: 2001 });
  });

  it('goes when its sweep is over and no entry is left', async () => {
    const title = unique('gone');
    const entries = d1Entries(env.DB);
    const entry = sampleEntry({ resource: title, loaded: null });
    await entries.put(entry);
    await resources.put(title, definition, true, null, 1000);
    await resources.remove(title, null, 2000);
    await resources.endSweep(title, 2000);
    expect(await resources.read(title)).toMatchObject({ definition: null });
    await entries.remove([entry.key]);
    await resources.endSweep(title, 2000);
    expect(await resources.read(title)).toBeNull();
  });
});

describe('expiring all caches of a resource', () => {
  it.each([
    ['softly only makes its number grow', true, { number: 2000, purged: 1000 }],
    ['for good makes them count as absent', false, { number: 2000, purged: 2000 }],
  ])('%s', async (_name, soft, expected) => {
    const title = unique('expired');
    await resources.put(title, definition, true, null, 1000);
    expect(await resources.expireAll(title, soft, 2000)).toBe(true);
    expect(await resources.read(title)).toMatchObject({ definition, ...expected, changedAt: 1000 });
    const sweeping = (await resources.listSweeping(1000)).map((resource) => resource.title);
    expect(sweeping.includes(title)).toBe(!soft);
  });

  it('tells when there is no such resource', async () => {
    expect(await resources.expireAll(unique('absent'), false, 2000)).toBe(false);
  });

  it('ends no sweep that started again', async () => {
    const title = unique('twice');
    await resources.put(title, definition, true, null, 1000);
    await resources.expireAll(title, false, 2000);
    await resources.expireAll(title, false, 3000);
    await resources.endSweep(title, 2000);
    expect((await resources.listSweeping(1000)).map((resource) => resource.title)).toContain(title);
    await resources.endSweep(title, 3000);
    expect((await resources.listSweeping(1000)).map((resource) => resource.title)).not.toContain(title);
  });
});

describe('a schedule', () => {
  const HOUR_MS = 3_600_000;
  const hourly = sampleResource({ schedule: '0 * * * *' });
  const due = async (title: string, now = 10 * HOUR_MS) =>
    (await resources.listDue(now, 1000)).filter(({ resource }) => resource.title === title);

  it('comes at its next time after the definition', async () => {
    const title = unique('scheduled');
    const made = await resources.put(title, hourly, true, null, HOUR_MS + 1);
    expect(await due(title, 2 * HOUR_MS - 1)).toEqual([]);
    expect(await due(title)).toEqual([{ resource: made, dueAt: 2 * HOUR_MS, startedAt: 10 * HOUR_MS, after: null }]);
  });

  it('is put off by no change of other members, and starts again when it changes', async () => {
    const title = unique('kept');
    await resources.put(title, hourly, true, null, 1000);
    const [run] = await due(title);
    await resources.moveRun(run as never, { after: 'k' });
    await resources.put(title, { ...hourly, ttl_s: 1 }, false, 1000, 9 * HOUR_MS);
    expect(await due(title)).toMatchObject([{ dueAt: HOUR_MS, after: 'k' }]);
    await resources.put(title, sampleResource({ schedule: '30 * * * *' }), false, 9 * HOUR_MS, 9 * HOUR_MS + 1);
    expect(await due(title)).toMatchObject([{ dueAt: 9.5 * HOUR_MS, startedAt: 10 * HOUR_MS, after: null }]);
    await resources.put(title, definition, false, 9 * HOUR_MS + 1, 9 * HOUR_MS + 2);
    expect(await due(title)).toEqual([]);
  });

  it('ends with its resource, and starts again when that is created again', async () => {
    const title = unique('removed');
    await resources.put(title, hourly, true, null, 1000);
    await resources.remove(title, null, 2000);
    expect(await due(title)).toEqual([]);
    await resources.put(title, hourly, true, null, 8 * HOUR_MS);
    expect(await due(title)).toMatchObject([{ dueAt: 9 * HOUR_MS, after: null }]);
  });

  it('is moved by whoever knows where its run is, for one row a page', async () => {
    const title = unique('moved');
    const { db, metas } = recordingDatabase(env.DB);
    const written = () => metas.at(-1)?.rows_written;
    const store = d1Resources(db);
    await store.put(title, hourly, true, null, 1000);
    const [begun] = await due(title);
    if (begun === undefined) throw new Error('not due');
    expect(await store.moveRun(begun, { after: 'k' })).toBe(true);
    expect(written()).toBe(1);
    expect(await store.moveRun(begun, { after: 'j' })).toBe(false);
    expect(await store.moveRun(begun, { nextRunAt: 1 })).toBe(false);
    const [later] = await due(title, 11 * HOUR_MS);
    expect(later).toEqual({ ...begun, after: 'k' });
    expect(await store.moveRun({ ...begun, after: 'k' }, { nextRunAt: 20 * HOUR_MS })).toBe(true);
    expect(written()).toBe(2);
    expect(await due(title)).toEqual([]);
    expect(await due(title, 20 * HOUR_MS)).toMatchObject([{ dueAt: 20 * HOUR_MS, after: null }]);
  });
});

it('lists definitions in order of title, without tombstones', async () => {
  const prefix = unique('list');
  const titles = ['a', 'b', 'c', 'd'].map((letter) => `${prefix}-${letter}`);
  for (const title of titles) await resources.put(title, definition, true, null, 1000);
  await resources.remove(`${prefix}-b`, null, 2000);
  const first = await resources.list(prefix, 2);
  expect([first.resources.map(({ title }) => title), first.next]).toEqual([[titles[0], titles[2]], titles[2]]);
  const second = await resources.list(first.next, 1);
  expect(second.resources.map(({ title }) => title)).toEqual([titles[3]]);
});

describe('the copy in the isolate', () => {
  it('spares D1 for DEFINITION_CACHE_MS at most', async () => {
    const title = unique('copied');
    const { db, statements } = recordingDatabase(env.DB);
    let now = 1_000_000;
    const reader = d1Resources(db, () => now);
    await resources.put(title, definition, true, null, 1000);
    expect((await reader.find(title))?.number).toBe(1000);
    await env.DB.prepare('UPDATE resources SET number = 2000 WHERE title = ?1').bind(title).run();
    const before = statements.length;
    expect((await reader.find(title))?.number).toBe(1000);
    expect(statements.length).toBe(before);
    now = Date.now() + DEFINITION_CACHE_MS;
    expect((await reader.find(title))?.number).toBe(2000);
    expect(statements.length).toBe(before + 1);
  });

  it('is passed over when a newer one is known to be there', async () => {
    const title = unique('newer');
    await resources.put(title, definition, true, null, 1000);
    await resources.find(title);
    await env.DB.prepare('UPDATE resources SET number = 2000 WHERE title = ?1').bind(title).run();
    expect((await resources.find(title, 1000))?.number).toBe(1000);
    expect((await resources.find(title, 2000))?.number).toBe(2000);
  });

  it('remembers that there is none', async () => {
    const title = unique('none');
    const { db, statements } = recordingDatabase(env.DB);
    const reader = d1Resources(db);
    expect(await reader.find(title)).toBeNull();
    expect(await reader.find(title)).toBeNull();
    expect(statements).toHaveLength(1);
  });

  it('leaves only the others to be asked for, all at once', async () => {
    const [known, other, none] = [unique('known'), unique('other'), unique('none')];
    await resources.put(known, definition, true, null, 1000);
    await env.DB.prepare(
      'INSERT INTO resources (title, definition, number, purged, changed_at) VALUES (?1, ?2, 1, 1, 1)',
    )
      .bind(other, JSON.stringify(definition))
      .run();
    const { db, statements, metas } = recordingDatabase(env.DB);
    const reader = d1Resources(db);
    const found = await reader.findAll([known, other, none]);
    expect([...found].map(([title, resource]) => [title, resource?.number])).toEqual([
      [known, 1000],
      [other, 1],
      [none, undefined],
    ]);
    expect(statements.map(({ values }) => values)).toEqual([[other, none]]);
    expect(metas.map((meta) => meta.rows_read)).toEqual([1]);
    expect([...(await reader.findAll([known, other, none])).values()]).toEqual([...found.values()]);
    expect(statements).toHaveLength(1);
  });

  it('is asked for by one of many when it has run out', async () => {
    const title = unique('herd');
    const { db, statements } = recordingDatabase(env.DB);
    const later = Date.now() + DEFINITION_CACHE_MS;
    await resources.put(title, definition, true, null, 1000);
    const reader = d1Resources(db, () => later);
    const found = await Promise.all(Array.from({ length: 50 }, () => reader.find(title)));
    expect(found.every((resource) => resource?.number === 1000)).toBe(true);
    expect(statements).toHaveLength(1);
  });

  it('stands for an hour while D1 fails, then and without one the answer is 503', async () => {
    const title = unique('failing');
    const broken = {
      withSession() {
        throw new Error('D1 is down');
      },
    } as unknown as D1Database;
    let now = Date.now();
    await d1Resources(env.DB, () => now).put(title, definition, true, null, 1000);
    const reader = d1Resources(broken, () => now);
    const refusal = { code: 'overloaded', headers: { 'Retry-After': '1' } };
    await expect(reader.find(unique('unknown'))).rejects.toMatchObject(refusal);
    for (let minutes = 5; minutes < 60; minutes += 5) {
      now += 300_000;
      expect((await reader.find(title))?.number).toBe(1000);
    }
    now += 300_000;
    await expect(reader.find(title)).rejects.toMatchObject(refusal);
  });
});

describe('a definition that another release has written', () => {
  const write = (title: string, stored: unknown) =>
    env.DB.prepare('INSERT INTO resources (title, definition, number, purged, changed_at) VALUES (?, ?, 1, 1, 1)')
      .bind(title, typeof stored === 'string' ? stored : JSON.stringify(stored))
      .run();

  it('has the default of a member that the other did not know, however it is read', async () => {
    const title = unique('older');
    const { refresh_min_s: _, retry: __, ...older } = sampleResource({ schedule: '0 * * * *' });
    await write(title, older);
    await env.DB.prepare('UPDATE resources SET next_run_at = 1, sweeping = 1 WHERE title = ?').bind(title).run();
    const [found, read, swept, due, listed] = [
      await resources.find(title),
      await resources.read(title),
      (await resources.listSweeping(1000)).find((resource) => resource.title === title),
      (await resources.listDue(2, 1000)).find(({ resource }) => resource.title === title)?.resource,
      (await resources.list(null, 1000)).resources.find((resource) => resource.title === title),
    ];
    for (const resource of [found, read, swept, due, listed]) {
      expect(resource?.definition).toMatchObject({ refresh_min_s: 0, retry: { max_attempts: 5, backoff_s: 2 } });
    }
  });

  it('is taken as it stands where it has members of a newer one, and logged once a minute', async () => {
    const title = unique('newer');
    await write(title, { ...definition, weather: 'fine' });
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (let reads = 0; reads < 3; reads += 1) {
      expect((await resources.read(title))?.definition).toEqual({ ...definition, weather: 'fine' });
    }
    const lines = warned.mock.calls.filter(([line]) => String(line).includes(title));
    warned.mockRestore();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ event: 'resource.not_parsed', resource: title });
  });

  it('that is not JSON counts as deleted, and keeps no other from being read', async () => {
    const [broken, whole] = [unique('broken'), unique('whole')];
    await write(broken, '{"origin":');
    await resources.put(whole, definition, true, null, 1000);
    expect(await resources.find(broken)).toBeNull();
    const titles = (await resources.list(null, 1000)).resources
      .filter(({ definition }) => definition !== null)
      .map(({ title }) => title);
    expect(titles).toContain(whole);
    expect(titles).not.toContain(broken);
  });
});
