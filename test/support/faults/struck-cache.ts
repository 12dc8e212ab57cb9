/**
 * One cache whose calls of the stores can be struck: requested through routes, loaded by the consumer, checked directly
 * in the stores.
 */

import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { app } from '../../../src/app.ts';
import { API_BASE } from '../../../src/contract/constants.ts';
import { cacheIdentity } from '../../../src/core/cache-key.ts';
import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import { LoadSlots } from '../../../src/flows/load/load-slots.ts';
import { Documents } from '../../../src/object/documents.ts';
import { handleRefreshBatch } from '../../../src/queues/refresh-queue.ts';
import { makeServices } from '../../../src/services.ts';
import { d1Entries } from '../../../src/stores/entries.ts';
import { alarmOf, objects, stubOf } from '../object-loads.ts';
import { Source } from '../sources.ts';
import { token } from '../token.ts';
import { until } from '../until.ts';
import { strikeable } from './bindings.ts';
import { type Watch, watch } from './strikes.ts';

const struckEnv = strikeable(env);
const entries = d1Entries(env.DB);
const DAY_S = 86_400;
const TABLES = [{ name: 't', rows: '/items', columns: ['a'] }];

/** The origin's rows in its `n`-th state, one cell each; no two states are equal. */
export type CellsOf = (n: number) => string[];
const TWO_ROWS: CellsOf = (n) => ['always', `state ${n}`];

/** A message that is not acknowledged, and when it is delivered next, ms. */
interface Mail {
  taskId: string;
  dueAt: number;
  attempts: number;
}

/** A resource with one cache and its own origin. */
export class StruckCache {
  readonly source: Source;
  readonly cache: ReturnType<typeof cacheIdentity>;
  readonly watch: Watch;
  /** Ids of the tasks that were named in answers. */
  readonly accepted: string[] = [];
  readonly #cellsOf: CellsOf;
  #mail: Mail[] = [];
  #etag: string | null = null;
  #taken = 0;
  #state = 0;

  private constructor(source: Source, cellsOf: CellsOf) {
    this.source = source;
    this.#cellsOf = cellsOf;
    this.cache = cacheIdentity(source.title, { year: 2026 }, null);
    this.watch = watch(this.cache);
  }

  static async define(
    members: Parameters<typeof Source.define>[0] = {},
    { cellsOf = TWO_ROWS, timeoutS = 2 }: { cellsOf?: CellsOf; timeoutS?: number } = {},
  ): Promise<StruckCache> {
    const source = await Source.define({
      tables: TABLES,
      parameters: { type: 'object', properties: { year: { type: 'integer', default: 2026 } } },
      origin: { url: 'https://erp.example.com/' },
      retry: { max_attempts: 5, backoff_s: 0 },
      wait_s: 0,
      ...members,
    });
    const made = new StruckCache(source, cellsOf);
    await source.redefine({ origin: { url: `${source.origin.url}/data`, timeout_s: timeoutS } }, false);
    await made.originChanges();
    return made;
  }

  /** Changes the origin's rows. */
  async originChanges(): Promise<void> {
    this.#state += 1;
    await this.source.origin.answerJson({ items: this.#cellsOf(this.#state).map((a) => ({ a })) });
  }

  /** Asks for a refresh as a client would; returns the status of the answer. */
  async refresh(): Promise<number> {
    const body = JSON.stringify({ resource_title: this.source.title });
    const headers = { Prefer: 'respond-async', 'Content-Type': 'application/json' };
    const answer = await this.#send('/cache/refresh/', { method: 'POST', headers, body });
    if (answer.status !== 200) return checkRefusal(answer);
    this.accepted.push((await answer.json<{ task_id: string }>()).task_id);
    return 200;
  }

  /** Asks for the state of each accepted task. */
  async askStates(): Promise<void> {
    for (const taskId of this.accepted) {
      const answer = await this.#send(`/cache/state/?task_id=${taskId}`);
      if (answer.status !== 200) await checkRefusal(answer);
    }
  }

  /**
   * Reads as a device would; `revalidates`: with the validator of what it has. Returns the status and the version. The
   * body must be one
   * that the origin sent completely.
   */
  async read({ revalidates = false } = {}): Promise<{ status: number; version: number }> {
    const condition = revalidates && this.#etag !== null ? { 'If-None-Match': this.#etag } : {};
    const answer = await this.#send(this.source.path, { headers: { 'X-Device-Id': 'tablet', ...condition } });
    if (answer.status === 202) {
      this.accepted.push((await answer.json<{ task_id: string }>()).task_id);
      return { status: 202, version: 0 };
    }
    const version = Number(answer.headers.get('Content-Version')?.slice(1));
    if (answer.status === 304) return { status: 304, version };
    if (answer.status !== 200) return { status: await checkRefusal(answer), version: 0 };
    this.#etag = answer.headers.get('ETag');
    const [table] = await answer.json<{ data: [number, string][] }[]>();
    const cells = table?.data.map(([, cell]) => cell);
    expect(Array.from({ length: this.#state }, (_, at) => this.#cellsOf(at + 1))).toContainEqual(cells);
    return { status: 200, version };
  }

  /** Waits until the work that an answer left has been done, or hangs. */
  async settled(): Promise<void> {
    await until(() => expect(this.watch.underWay).toBe(0), 5);
  }

  /** Delivers the messages that are due, as the queue would, and rings the alarm if it is due. */
  async turn(): Promise<void> {
    await this.settled();
    const now = Date.now();
    for (const taskId of this.watch.sent.slice(this.#taken)) this.#mail.push({ taskId, dueAt: now, attempts: 1 });
    this.#taken = this.watch.sent.length;
    const due = this.#mail.filter(({ dueAt }) => dueAt <= now);
    this.#mail = this.#mail.filter(({ dueAt }) => dueAt > now);
    for (const one of due) await this.#deliver(one);
    if (((await alarmOf(this.cache)) ?? Number.POSITIVE_INFINITY) <= now)
      await runDurableObjectAlarm(stubOf(this.cache));
  }

  async #deliver({ taskId, attempts }: Mail): Promise<void> {
    const message = { id: taskId, timestamp: new Date(), attempts, body: { taskId } };
    const batch = createMessageBatch('freshet-refresh', [message]);
    const goesOn: Promise<unknown>[] = [];
    const services = makeServices(struckEnv, (work) => goesOn.push(work));
    await handleRefreshBatch(batch, services, { slots: new LoadSlots() });
    const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
    // On a busy machine a load may outlive its batch.
    await Promise.allSettled(goesOn);
    if (explicitAcks.length > 0) return;
    const delayS = retryMessages[0]?.delaySeconds ?? 0;
    this.#mail.push({ taskId, attempts: attempts + 1, dueAt: Date.now() + delayS * 1000 });
  }

  /** Checks that what is visible at this moment is complete: the entry in D1 names existing blobs. */
  async checkVisible(): Promise<void> {
    const entry = await entries.find(this.cache.key);
    if (entry?.loaded == null) return;
    const { fence, bytes, mapBytes } = entry.loaded;
    const body = await env.BLOBS.head(`${this.cache.key}/${fence}/body`);
    expect(body?.size, 'the body that D1 names is whole').toBe(bytes + mapBytes);
  }

  /**
   * Final check: tasks ended properly, versions have no gap, D1 and object agree, R2 holds only what is named or owed.
   */
  async checkHealed(): Promise<void> {
    for (const taskId of this.accepted) {
      expect(await objects.state(taskId)).toMatchObject({ task: { state: 'SUCCESS' } });
    }
    const { document, versions } = await runInDurableObject(stubOf(this.cache), (_, { storage: { sql } }) => ({
      document: new Documents(sql).read(this.cache.key),
      versions: sql
        .exec<{ version: number }>(
          "SELECT document ->> 'version' AS version FROM ended_tasks WHERE document ->> 'state' = 'SUCCESS' ORDER BY 1",
        )
        .toArray()
        .map(({ version }) => version),
    }));
    if (document === null) throw new Error('the object knows nothing of the cache');
    expect(versions).toEqual(Array.from({ length: document.counters.version }, (_, at) => at + 1));
    expect({ head: document.head, settling: document.settling }).toEqual({ head: null, settling: [] });

    const told = await objects.entry(this.cache.key);
    expect(told).toMatchObject({ outcome: 'found' });
    const { readAt: _, ...stored } = (await entries.find(this.cache.key)) ?? { readAt: null };
    expect(told).toMatchObject({ entry: stored });

    const listed = await env.BLOBS.list({ prefix: `${this.cache.key}/` });
    const named = namedBlobs(document, 0).map((blob) => `${this.cache.key}/${blob.fence}/${blob.name}`);
    expect(listed.objects.map(({ key }) => key).toSorted(), 'what lies in R2 a day later').toEqual(named.toSorted());
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${await longToken}`, ...(init.headers as Record<string, string>) };
    const request = new Request(`http://freshet.test${API_BASE}${path}`, { ...init, headers });
    return app.fetch(request, struckEnv, createExecutionContext());
  }
}

const longToken = token({ expiresInS: 1000 * DAY_S });

/** Checks a proper refusal: 503, with `Retry-After`, and without internals. */
async function checkRefusal(answer: Response): Promise<number> {
  const text = await answer.text();
  expect([answer.status, answer.headers.get('Content-Type')], text).toEqual([503, 'application/problem+json']);
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(text).not.toContain('struck');
  return answer.status;
}
