/** Requests that are held, and streams, until there is something newer. */
import { expect, onTestFinished } from 'vitest';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import { heldRequests } from '../../src/flows/live/held-requests.ts';
import { Client } from './client.ts';
import { eventsIn, type ReadEvent } from './event-stream.ts';
import { Source } from './sources.ts';

const alice = new Client({ user: 'alice' });
const TABLES = [{ name: 't', rows: '', columns: ['n'] }];

/** The answer of an origin with one table of these numbers. */
export const rowsOf = (...numbers: number[]) => numbers.map((n) => ({ n }));

/** A source with one table, loaded once with 1, 2 and 3. */
export async function loadedTable(members: Parameters<typeof Source.define>[0] = {}): Promise<Source> {
  const source = await Source.define({ tables: TABLES, ...members });
  await loadRows(source, 1, 2, 3);
  return source;
}

/** Loads these rows into the source's cache. */
export async function loadRows(source: Source, ...numbers: number[]): Promise<void> {
  await source.origin.answerJson(rowsOf(...numbers));
  const answer = await alice.post('/cache/refresh/', { resource_title: source.title }, { Prefer: 'wait=20' });
  expect(await answer.json()).toMatchObject({ task_state: 'SUCCESS' });
}

/** The ETag of a source's cache, as in the header. */
export function tagOf(source: Source, version: number): string {
  return `"${cacheIdentity(source.title, {}, null).key.slice(0, 16)}-v${version}"`;
}

/** Waits until this many requests are held. */
export async function untilHeld(count: number): Promise<void> {
  await expect.poll(() => heldRequests.count, { interval: 10 }).toBe(count);
}

/** The events of an answer; the answer is cancelled when the test ends. */
export function streamOf(answer: Response): AsyncGenerator<ReadEvent, void, void> {
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'text/event-stream']);
  const events = eventsIn(answer);
  onTestFinished(async () => void (await events.return()));
  return events;
}
