/** Helpers for tests of administration: a resource with its own origin, and caches loaded from it. */
import { expect } from 'vitest';
import type { CacheRecord } from '../../src/contract/administration.ts';
import type { Json } from '../../src/ports/entry.ts';
import { Client } from './client.ts';
import { unique } from './entries.ts';
import { TestOrigin } from './origin.ts';

export const admin = new Client({ user: 'root', scope: 'cache:admin' });
export const alice = new Client({ user: 'alice' });

type Members = { [name: string]: Json };

/** Defines a resource whose origin answers `[]` for any `n`; `more` overrides members of the definition. */
export async function defineResource(
  more: Members = {},
): Promise<{ title: string; origin: TestOrigin; definition: Members }> {
  const origin = new TestOrigin();
  await origin.answerJson([]);
  const title = unique('r');
  const definition = {
    origin: { url: `${origin.url}/{n}` },
    parameters: { properties: { n: { type: 'integer', default: 0 }, of: {} } },
    ...more,
  };
  expect((await admin.put(`/resources/${title}/`, definition)).status).toBe(201);
  return { title, origin, definition };
}

/** Refreshes a cache and waits until its load has succeeded. */
export async function load(title: string, values: Members = {}, client = alice): Promise<void> {
  const answer = await client.post('/cache/refresh/', { resource_title: title, ...values }, { Prefer: 'wait=20' });
  expect(await answer.json()).toMatchObject({ task_state: 'SUCCESS' });
}

/** The same for several caches in parallel. */
export async function loadAll(title: string, sets: Members[]): Promise<void> {
  await Promise.all(sets.map((values) => load(title, values)));
}

/** The caches of a resource, in order of key. */
export async function cachesOf(title: string, query = ''): Promise<CacheRecord[]> {
  const answer = await admin.get(`/caches/?resource_title=${title}${query}`);
  expect(answer.status).toBe(200);
  return answer.json();
}

/** The one cache of a resource. */
export async function onlyCache(title: string): Promise<CacheRecord> {
  const caches = await cachesOf(title);
  expect(caches).toHaveLength(1);
  return caches[0] as CacheRecord;
}

/** The members of a cache that holds nothing. */
export const NOTHING_LOADED = { version: null, etag: null, bytes: null, rows: null, loaded: null, expires: null };

/** The faults of a refusal, as `pointer detail`. */
export async function faultsOf(answer: Response): Promise<string[]> {
  expect(answer.status).toBe(400);
  const { errors = [] } = await answer.json<{ errors?: { pointer: string; detail: string }[] }>();
  return errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
}
