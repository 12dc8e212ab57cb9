/**
 * The upgrade from release 0.1: stores as its service left them when it was ended in the middle of a load, and the requests of its
 * clients, answered by today's service as it answered them (test/fixtures/README.md).
 */

import { applyD1Migrations, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { runCron } from '../../src/cron.ts';
import { makeServices } from '../../src/services.ts';
import schema from '../fixtures/release-0.1/objects.json' with { type: 'json' };
import service from '../fixtures/release-0.1/service.json' with { type: 'json' };
import { load } from '../support/admin.ts';
import { Client } from '../support/client.ts';
import { TestOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';

interface Answered {
  user: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: object | null;
  answer: { status: number; headers: Record<string, string>; text: string };
}
type Table = { columns: string[]; data: [id: number, ...cells: unknown[]][] };
interface Stores {
  /** When they were taken, ms. */
  taken_at: number;
  d1: string[];
  objects: {
    keys: {
      key: string;
      document: {
        cache: { resource: string; parameters: object };
        head: { taskId: string } | null;
        behind: { taskId: string } | null;
      };
    }[];
    ended_tasks: { task_id: string; key: string; ended_at: number; document: object }[];
  }[];
  /** Path in R2 -> base64. */
  blobs: Record<string, string>;
  answers: Answered[];
}

/** Origin of the resources in the fixture. */
const ORIGIN_THEN = 'http://127.0.0.1:9641';
/** D1 migrations of release 0.1. */
const MIGRATIONS_THEN = 1;
/** How long the upgrade took: the load that ran has lost its lease, and nothing has expired. */
const AWAY_MS = 100_000;
const CARS = '/rpc/cars/?year=1982';

const clients: Record<string, Client> = {
  alice: new Client({ user: 'alice' }),
  bob: new Client({ user: 'bob' }),
  root: new Client({ user: 'root', scope: 'cache:admin' }),
};
const clientOf = (user: string) => clients[user] ?? new Client({ user });
const origin = new TestOrigin();
let then: Stores;

beforeAll(async () => {
  then = asOf(Date.now() - AWAY_MS);
  // No load ends before a test wants it to.
  await origin.answer({ hold: true });
  for (const name of await namesInD1()) await env.DB.prepare(`DROP TABLE IF EXISTS ${name}`).run();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, MIGRATIONS_THEN));
  for (const statement of then.d1) await env.DB.prepare(statement).run();
  for (const { keys, ended_tasks: ended } of then.objects) {
    await runInDurableObject(stub(keys[0]?.key ?? ''), (_, { storage: { sql } }) => {
      for (const statement of schema.schema) sql.exec(statement);
      for (const { key, document } of keys) sql.exec('INSERT INTO keys VALUES (?, ?)', key, JSON.stringify(document));
      for (const task of ended) {
        const row = [task.task_id, task.key, task.ended_at, JSON.stringify(task.document)];
        sql.exec('INSERT INTO ended_tasks VALUES (?, ?, ?, ?)', ...row);
      }
    });
    await evictDurableObject(stub(keys[0]?.key ?? ''));
  }
  for (const [path, content] of Object.entries(then.blobs)) {
    await env.BLOBS.put(
      path,
      Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)),
    );
  }
  // What the deploy does.
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

/** The fixture as if it had been taken at this moment (ms), with the origin of this test. */
function asOf(moment: number): Stores {
  const { taken_at: taken } = service;
  // Whole seconds, since headers tell no others.
  const later = Math.floor((moment - taken) / 1000) * 1000;
  const shifted = JSON.stringify(service)
    .replaceAll(ORIGIN_THEN, origin.url)
    // Times of that day and of the weeks after it, in ms and in words.
    .replaceAll(/(?<![\w.])179[56]\d{9}(?![\w.])/g, (ms) => String(Number(ms) + later))
    .replaceAll(/\w{3}, \d\d \w{3} 2026 [\d:]{8} GMT/g, (date) => new Date(Date.parse(date) + later).toUTCString())
    .replaceAll(/2026-1[12]-\d\dT[\d:.]+Z/g, (time) => new Date(Date.parse(time) + later).toISOString());
  return JSON.parse(shifted) as Stores;
}

const stub = (key: string) => env.CACHE_OBJECT.getByName(objectNameOfKey(key));

async function namesInD1(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** What clients of 0.1 must not rely on: what is new in these answers, or said in other words. */
function told({ path }: Answered, { status, headers, text }: Answered['answer']) {
  const body: unknown = headers['content-type'] === undefined || status === 206 ? text : JSON.parse(text);
  // A device's HTTP cache that kept such an answer would name its version by itself (CONTRACT 3).
  const { etag, 'cache-control': _, 'cache-status': cacheStatus, ...rest } = headers;
  return {
    status,
    // Only data has a tag that devices keep over an upgrade; those of other answers are made of their text.
    headers: {
      ...rest,
      ...(path.startsWith('/rpc/') ? { etag } : {}),
      cacheStatus: cacheStatus?.replace(/ttl=\d+/, ''),
    },
    body: status < 400 ? body : { ...(body as object), detail: expect.any(String) },
  };
}

async function ask({ user, method, path, headers, body }: Answered, names: string[]): Promise<Answered['answer']> {
  const sent = body === null ? {} : { 'Content-Type': 'application/json' };
  const answer = await clientOf(user).send(
    method,
    path,
    { ...headers, ...sent },
    body === null ? undefined : JSON.stringify(body),
  );
  const found = names.flatMap((name) => [[name, answer.headers.get(name)]]).filter(([, value]) => value !== null);
  return { status: answer.status, headers: Object.fromEntries(found), text: await answer.text() };
}

describe('after an upgrade from release 0.1', () => {
  it.each(
    service.answers.map(({ user, method, path, headers }, at) => {
      const given = Object.keys(headers).filter((name) => name !== 'X-Device-Id');
      return [`${method} ${path}${given.map((name) => `, ${name}`).join('')} of ${user}`, at] as const;
    }),
  )('is answered as it was: %s', async (_, at) => {
    const asked = then.answers[at] as Answered;
    const answer = await ask(asked, Object.keys(asked.answer.headers));
    expect(told(asked, answer)).toMatchObject(told(asked, asked.answer));
    // Of administration members were added; all else is the same to the byte.
    if (asked.user !== 'root' && answer.status < 400) expect(answer.text).toBe(asked.answer.text);
  });

  it('lists the same once the cron has moved the records of devices', async () => {
    const [asked, ...none] = then.answers.filter(({ path }) => path === '/cache/?resource_title=cars');
    expect([asked?.answer.status, none]).toEqual([200, []]);
    const left = () => env.DB.prepare('SELECT count(*) AS n FROM sync_records').first('n');
    expect(await left()).toBeGreaterThan(0);
    await runCron(
      makeServices(env, () => {}),
      Date.now(),
    );
    expect(await left()).toBe(0);
    expect((await ask(asked as Answered, [])).text).toBe(asked?.answer.text);
  });

  it('ends the load that the upgrade cut off, and the one behind it', async () => {
    const running = then.objects.flatMap(({ keys }) => keys).find(({ document }) => document.head !== null);
    const { key = '', document } = running ?? {};
    await origin.answerJson({ cars: (await rowsNow()).map(({ cells }) => cells) });

    // The platform keeps an object's alarm over a deploy.
    await runInDurableObject(stub(key), (object) => object.alarm?.());
    for (const task of [document?.head, document?.behind]) {
      expect(task).toMatchObject({ taskId: expect.any(String) });
      await until(async () => {
        const path = `/cache/state/?task_id=${task?.taskId}`;
        const answer = await clientOf('alice').get(path, { Prefer: 'wait=20' });
        expect(await answer.json()).toEqual({ task_id: task?.taskId, task_state: 'SUCCESS' });
      });
    }
  });

  it('gives each row a new id at the first load, and from then on devices get what changed alone', async () => {
    const first = await clientOf('alice').get(CARS, { 'X-Delta': 'v5-last' });
    expect([first.headers.get('Content-Version'), first.headers.get('ETag')]).toEqual(['v7', '"2d85c16d29704923-v6"']);
    await first.text();
    const before = await rowsNow();
    const highest = Math.max(...idsThen());
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter(({ id }) => id <= highest)).toEqual([]);

    const [changed, ...others] = before.map(({ cells }) => cells);
    await origin.answerJson({ cars: [{ ...changed, name: 'another name' }, ...others] });
    await load('cars', { year: 1982 });
    const delta = await clientOf('alice').get(CARS, { 'X-Delta': 'v7-last' });
    expect(delta.headers.get('Content-Version')).toBe('"delta v7-v8"');
    expect(await delta.json()).toEqual([
      { name: 'cars', delete_ids: [before[0]?.id], insert_rows: [expect.arrayContaining(['another name'])] },
    ]);
  });
});

/** Rows of the cars of 1982 as they are now, as objects. */
async function rowsNow(): Promise<{ id: number; cells: Record<string, unknown> }[]> {
  const [table] = (await (await clientOf('alice').get(CARS)).json()) as [Table];
  return table.data.map(([id, ...cells]) => ({
    id,
    cells: Object.fromEntries(cells.map((cell, at) => [table.columns[at], cell])),
  }));
}

/** Ids that 0.1 gave these rows. */
function idsThen(): number[] {
  const [asked] = then.answers.filter(({ path, answer }) => path === CARS && answer.status === 200);
  const [table] = JSON.parse(asked?.answer.text ?? '[]') as [Table];
  return table.data.map(([id]) => id);
}
