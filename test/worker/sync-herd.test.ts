/**
 * DESIGN "Reading": devices that are all told of one change ask for it within `spread_ms`, each with the revision that it was told. What
 * they make their location ask is counted on the real bindings, with the usual limits.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { QUESTIONS_PER_S } from '../../src/core/live-hub/pace.ts';
import { objectNameOfKey } from '../../src/core/task-id.ts';
import { d1Entries } from '../../src/stores/entries.ts';
import { Client } from '../support/client.ts';
import { copyOfD1 } from '../support/d1-copy.ts';
import { recordingDatabase } from '../support/database.ts';
import { unique } from '../support/entries.ts';
import { rowsOf } from '../support/live.ts';
import { Source } from '../support/sources.ts';
import type { Synced } from '../support/sync.ts';
import { bearer } from '../support/token.ts';

vi.setConfig({ testTimeout: 240_000 });
afterEach(() => {
  vi.useRealTimers();
});

const DEVICES = inject('herdDevices');
/** As many as may have sockets at once (LIVE_SOCKETS_PER_USER). */
const DEVICES_PER_USER = 200;
const SPREAD_MS = (DEVICES * 1000) / QUESTIONS_PER_S;
const WAVES = 20;
const CACHES = 10;

interface Question {
  id: string;
  resource_title: string;
  parameters: { year: number };
  etag?: string;
  min_revision?: number;
}

const stored = d1Entries(env.DB);
const keyOf = ({ resource_title: title, parameters }: Question) => cacheIdentity(title, parameters, null).key;

/** A location under the usual settings: what its requests ask is counted. */
function countedLocation() {
  const { db, statements } = recordingDatabase(env.DB);
  const calls = { object: 0 };
  const counted = (stub: object) =>
    new Proxy(stub, {
      get(inner, name) {
        const member = Reflect.get(inner, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          calls.object += 1;
          return Reflect.apply(member, inner, args);
        };
      },
    });
  const settings = {
    ...env,
    RATE_LIMITS: 'on',
    LOG_SAMPLE: '0',
    DB: db,
    CACHE_OBJECT: { getByName: (name: string) => counted(env.CACHE_OBJECT.getByName(name)) },
  } as unknown as Env;
  const ask = async (caches: readonly Question[], headers: Record<string, string>) => {
    const context = createExecutionContext();
    const body = JSON.stringify({ caches, inline_bytes: 0 });
    const init = { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body };
    const answer = await app.fetch(new Request(`http://freshet.test${API_BASE}/sync/`, init), settings, context);
    const read = await answer.json<Synced>();
    return { status: answer.status, caches: read.caches, over: waitOnExecutionContext(context) };
  };
  return { ask, statements, calls };
}

/** Ten loaded caches, and a device's question about all of them. */
async function tenCaches() {
  const source = await Source.define({
    parameters: { type: 'object', properties: { year: { type: 'integer' } } },
    tables: [{ name: 't', rows: '', columns: ['n'] }],
    ttl_s: 86_400,
  });
  await source.origin.answerJson(rowsOf(1, 2));
  const held: Question[] = [];
  for (let year = 0; year < CACHES; year += 1) {
    const question = { id: String(year), resource_title: source.title, parameters: { year } };
    await refresh(question);
    held.push({ ...question, etag: `${keyOf(question).slice(0, 16)}-v1` });
  }
  return { source, held };
}

/** Loads it, and learns of the end from the object: the location does not learn of it. */
async function refresh(question: Question): Promise<void> {
  const body = { resource_title: question.resource_title, ...question.parameters };
  const answer = await new Client({ user: 'loader' }).post('/cache/refresh/', body, { Prefer: 'respond-async' });
  const { task_id: task } = await answer.json<{ task_id: string }>();
  const state = () => env.CACHE_OBJECT.getByName(objectNameOfKey(keyOf(question))).state(task);
  await expect.poll(async () => JSON.stringify(await state()), { interval: 20 }).toContain('SUCCESS');
}

describe('the herd after a poke', () => {
  it.each([
    ['D1 has what changed', 'in D1', 0],
    ['D1 has lost it, and its object has it', 'lost by D1', 1],
  ])('where %s: few statements, and nobody is refused', async (_name, where, objectCalls) => {
    const { source, held } = await tenCaches();
    const [changed] = held as [Question];
    const location = countedLocation();
    const everybody = await Promise.all(
      Array.from({ length: Math.ceil(DEVICES / DEVICES_PER_USER) }, () => bearer({ user: unique('user') })),
    );
    const first = await location.ask(held, everybody[0] ?? {});
    expect(first.caches.map(({ status }) => status)).toEqual(Array<number>(CACHES).fill(304));
    await first.over;

    const copy = await copyOfD1(source.title);
    await source.origin.answerJson(rowsOf(1, 3));
    await refresh(changed);
    const revision = (await stored.find(keyOf(changed)))?.revision ?? 0;
    if (where === 'lost by D1') await copy.restore('entries');
    const poked = { ...changed, min_revision: revision };

    // They come as `spread_ms` has them come, however long this machine takes for them.
    const beganAt = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: beganAt });
    location.statements.length = 0;
    location.calls.object = 0;
    const told = new Map<string, number>();
    for (let wave = 0; wave < WAVES; wave += 1) {
      vi.setSystemTime(beganAt + (wave * SPREAD_MS) / WAVES);
      const devices = Array.from({ length: DEVICES / WAVES }, (_device, n) => wave * (DEVICES / WAVES) + n);
      const answers = await Promise.all(
        devices.map((device) => {
          const user = everybody[Math.floor(device / DEVICES_PER_USER)] ?? {};
          return location.ask([poked], { ...user, 'X-Device-Id': `tablet-${device}` });
        }),
      );
      for (const { status, caches } of answers) {
        const [item] = caches;
        const said = `${status} ${item?.status} ${item?.etag?.slice(-2)} ${item?.behind === true ? 'behind' : 'there'}`;
        told.set(said, (told.get(said) ?? 0) + 1);
      }
      await Promise.all(answers.map(({ over }) => over));
    }
    expect(Object.fromEntries(told)).toEqual({ '200 200 v2 there': DEVICES });
    expect(location.statements.length).toBeLessThanOrEqual(20);
    expect(location.calls.object).toBe(objectCalls);
  });
});
