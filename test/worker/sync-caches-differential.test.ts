/** CONTRACT 3 "Many caches at once": each item is answered as a read of it alone is, whatever its status. */
import { beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import type { SyncItemAnswer } from '../../src/contract/sync.ts';
import { Client, sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { inOnePeriod, lowered } from '../support/limits.ts';
import { loadedTable, loadRows } from '../support/live.ts';
import { refusing } from '../support/refusing.ts';
import { Source, YEAR_AND_REGION } from '../support/sources.ts';
import { readLines, type Synced, syncOf } from '../support/sync.ts';
import { bearer } from '../support/token.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const alice = new Client({ user: 'alice' });
const ITEMS = 100;
const ASYNC = { Prefer: 'respond-async' };

interface Question {
  id: string;
  resource_title: string;
  parameters?: Record<string, unknown>;
  etag?: string;
}

/** What may be asked for: each with some chance to have a status of its own. */
const asked: Omit<Question, 'id'>[] = [];
/** The tag of a cache at a version. */
async function tagAt(source: Source, version: number): Promise<string> {
  const tag = (await alice.get(source.path)).headers.get('ETag') ?? '';
  return tag.replace(/v\d+"$/, `v${version}"`);
}

beforeEach(async () => {
  if (asked.length > 0) return;
  const add = (source: { title: string }, more: Partial<Question> = {}) =>
    asked.push({ resource_title: source.title, ...more });
  const table = await loadedTable();
  await loadRows(table, 2, 3, 4);
  // A load that changes nothing, then one that changes all.
  await loadRows(table, 2, 3, 4);
  await loadRows(table, ...Array.from({ length: 60 }, (_row, n) => n + 100));
  for (const version of [1, 2, 3, 4, 9]) add(table, { etag: await tagAt(table, version) });
  add(table);
  add(table, { etag: '*' });
  add(table, { etag: `"other", W/${await tagAt(table, 4)}` });
  add(table, { etag: (await tagAt(table, 4)).replaceAll('"', '') });
  const large = await loadedTable();
  await loadRows(large, ...Array.from({ length: 30_000 }, (_row, n) => n));
  add(large);
  add(large, { etag: await tagAt(large, 1) });
  const plain = await Source.define({ parameters: YEAR_AND_REGION });
  for (const parameters of [{ year: 1 }, { region: 'ü &' }, {}]) {
    const read = await alice.post(plain.path, parameters);
    add(plain, { parameters });
    add(plain, { parameters, etag: read.headers.get('ETag') ?? '' });
    await read.text();
  }
  add(plain, { parameters: { year: 'no' } });
  add(plain, { parameters: { odd: 1 } });
  add({ title: unique('unknown') });
  add({ title: 'no title' });
  add(await Source.define({ groups: ['north'] }));
  const lasting = { error_ttl_s: 3600 };
  const failing = await Source.define(lasting);
  await failing.origin.answer({ status: 500 });
  const late = await Source.define(lasting);
  await late.redefine({ origin: { url: `${late.origin.url}/data`, timeout_s: 1 } }, false);
  await late.origin.answerJson([], { delay_ms: 3000 });
  const secret = await Source.define(lasting);
  await secret.redefine(
    { origin: { url: `${secret.origin.url}/data`, headers: { apikey: '${' + 'ORIGIN_UNSET}' } } },
    false,
  );
  for (const source of [failing, late, secret]) {
    await expect.poll(async () => (await alice.get(source.path)).status).toBeGreaterThanOrEqual(500);
    add(source);
  }
  const stale = await Source.define({ stale_if_error_s: 3600, error_ttl_s: 3600 });
  await (await alice.get(stale.path)).text();
  await stale.origin.answer({ status: 404 });
  await stale.redefine({});
  await expect.poll(async () => (await alice.get(stale.path)).headers.get('Cache-Status')).toContain('ttl=-');
  add(stale);
  // Its task waits for an hour to be tried again.
  const later = await Source.define({ retry: { max_attempts: 5, backoff_s: 3600 } });
  await later.origin.answer({ status: 503 });
  const state = async () => (await (await alice.get(later.path, ASYNC)).json<{ task_state: string }>()).task_state;
  await expect.poll(state).toBe('RETRY');
  add(later);
});

/** Numbers from 0 up to 1, the same for a seed (a linear congruential generator). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
/** Each at least once, in any order. */
function questions(seed: number): Question[] {
  const next = chance(seed);
  const chosen = Array.from({ length: ITEMS - asked.length }, () => asked[Math.floor(next() * asked.length)]);
  const order = [...asked, ...chosen].map((question) => ({ question, place: next() }));
  order.sort((a, b) => a.place - b.place);
  return order.map(({ question }, n) => ({ id: `${n}`, ...(question as Omit<Question, 'id'>) }));
}

const seconds = (date: string | null | undefined) => (date == null ? null : Math.floor(Date.parse(date) / 1000));

/** Whoever sends requests: alice, or somebody under other settings. */
type Asker = Pick<Client, 'post'>;

/** The read of one item alone. */
async function alone({ resource_title: title, parameters = {}, etag }: Question, asker: Asker) {
  const headers = { ...ASYNC, 'X-Delta': 'auto', ...(etag === undefined ? {} : { 'If-None-Match': etag }) };
  const answer = await asker.post(`/rpc/${encodeURIComponent(title)}/`, parameters, headers);
  const text = await answer.text();
  return { status: answer.status, header: (name: string) => answer.headers.get(name), text, headers };
}

async function expectSame(
  question: Question,
  item: SyncItemAnswer,
  body: string | null,
  asker: Asker = alice,
): Promise<void> {
  const one = await alone(question, asker);
  const about = JSON.stringify(question);
  expect(item.status, about).toBe(one.status);
  const retryAfter = one.header('Retry-After');
  expect(item.retry_after === undefined, about).toBe(retryAfter === null);
  // The item was answered first, by some seconds.
  if (retryAfter !== null && one.status !== 202)
    expect(Math.abs(Number(item.retry_after) - Number(retryAfter)), about).toBeLessThan(30);
  if (one.status >= 400) {
    expect(item.problem, about).toEqual(JSON.parse(one.text));
    return;
  }
  expect(item.tag, about).toMatch(/^[0-9a-f]{16}$/);
  const content = one.header('Content-Version')?.replaceAll('"', '');
  if (one.status === 202) {
    // Its state, and when it is due, are told to those that asked the object.
    expect(item.task?.task_id, about).toBe(JSON.parse(one.text).task_id);
    return;
  }
  expect(
    {
      etag: `"${item.etag}"`,
      // Whether a delta can be had is not known of one that does not come along.
      content: body === null && item.content_version === undefined ? content : item.content_version,
      hash: item.hash ?? null,
      changed: seconds(item.last_modified),
      expires: seconds(item.expires),
    },
    about,
  ).toEqual({
    etag: one.header('ETag'),
    content: one.header('Content-Version')?.replaceAll('"', ''),
    hash: one.header('Cache-Hash-Value'),
    changed: seconds(one.header('Last-Modified')),
    expires: seconds(one.header('Expires')),
  });
  if (one.status === 304) expect([body, item.href], about).toEqual([null, undefined]);
  else if (body !== null) expect(body === one.text, about).toBe(true);
  else {
    if (item.content_version !== undefined) expect(item.content_type, about).toBe(one.header('Content-Type'));
    const read = await alice.get((item.href ?? '').slice('/api/v1'.length), one.headers);
    expect((await read.text()) === one.text, about).toBe(true);
  }
}

describe('a hundred random items', () => {
  it.each([0, 500, 262_144, 4_194_304])('are answered as one by one, with %d bytes inline', async (inline_bytes) => {
    const all = questions(inject('seed') + inline_bytes);
    const { caches } = await syncOf(alice, all, { inline_bytes }, ASYNC);
    expect(caches.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const statuses = new Set<number>();
    let inline = 0;
    for (const [at, question] of all.entries()) {
      const { body, ...item } = caches[at] as SyncItemAnswer;
      statuses.add(item.status);
      const text = body === undefined ? null : JSON.stringify(body);
      inline += text?.length ?? 0;
      await expectSame(question, item as SyncItemAnswer, text);
    }
    expect(inline).toBeLessThanOrEqual(inline_bytes);
    expect(statuses).toEqual(new Set([200, 202, 304, 400, 404, 500, 502, 504]));
  });

  it('are the same in lines', async () => {
    const all = questions(inject('seed'));
    const answer = await alice.post('/sync/', { caches: all }, { ...ASYNC, Accept: 'application/x-ndjson' });
    const { items, end } = readLines(await answer.text());
    expect(end).not.toBeNull();
    expect(items).toHaveLength(ITEMS);
    for (const { item, body } of items) {
      const { lines: _lines, ...rest } = item;
      await expectSame(all[Number(item.id)] as Question, rest, body);
    }
  });
});

/** Somebody without a history, under other settings. */
function askerUnder(settings: Record<string, unknown>, user = unique('user')): Asker {
  return {
    post: async (path, value, headers = {}) =>
      sendUnder(settings, API_BASE + path, {
        method: 'POST',
        headers: { ...(await bearer({ user })), 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(value),
      }),
  };
}

async function statusesOf(asker: Asker, questions: readonly Question[], first = 0): Promise<number[]> {
  const answer = await asker.post('/sync/', { caches: questions, inline_bytes: 0 }, ASYNC);
  const { caches } = await answer.json<Synced>();
  for (const [at, question] of questions.entries()) {
    if (at >= first) await expectSame(question, caches[at] as SyncItemAnswer, null, asker);
  }
  return caches.map(({ status }) => status);
}

const named = (...questions: Omit<Question, 'id'>[]) => questions.map((question, n) => ({ id: `${n}`, ...question }));

describe('what is refused is told as by its read', () => {
  it('when its reader has asked too often', async () => {
    const source = await loadedTable();
    const questions = named(...[1, 2, 3].map(() => ({ resource_title: source.title })));
    // The first counts as the request itself.
    const statuses = await inOnePeriod(() => statusesOf(askerUnder(lowered('USER_REQUESTS', 1)), questions, 1));
    expect(statuses).toEqual([200, 429, 429]);
  });

  it('when its reader has had too much loaded', async () => {
    const [known, one] = [await loadedTable(), await Source.define({ parameters: YEAR_AND_REGION, wait_s: 0 })];
    const statuses = await inOnePeriod(async () => {
      const year = () => ({ resource_title: one.title, parameters: { region: unique('region') } });
      const questions = named({ resource_title: known.title, etag: await tagAt(known, 1) }, year(), year(), year());
      const [unchanged, ...loads] = await statusesOf(askerUnder(lowered('USER_LOADS', 1)), questions, 4);
      expect(unchanged).toBe(304);
      return loads;
    });
    expect(statuses.toSorted()).toEqual([202, 429, 429]);
  });

  it('when D1 or the object does not answer and nothing is known', async () => {
    const known = await loadedTable();
    const held = { resource_title: known.title, etag: await tagAt(known, 1) };
    const lost = await Source.define({ parameters: YEAR_AND_REGION });
    // Its definition is known here, its caches are not.
    await (await alice.get(lost.path)).text();
    const unknown = () => ({ resource_title: lost.title, parameters: { region: unique('region') } });
    const questions = named(held, unknown(), unknown(), { resource_title: unique('unknown') });
    const withoutD1 = askerUnder({ DB: refusing('D1_ERROR: D1 DB is overloaded. Too many requests queued.') });
    expect(await statusesOf(withoutD1, questions)).toEqual([304, 503, 503, 503]);
    const object = refusing('Durable Object is overloaded.', { overloaded: true });
    expect(await statusesOf(askerUnder({ CACHE_OBJECT: object }), questions)).toEqual([304, 503, 503, 404]);
  });
});
