/**
 * Floors of refreshes and their tasks.
 *
 * - An accepted refresh: one call of an object that was never called before.
 * - A task's state: one call of the object, which reads one row. For a waiting task the object also reads the time of
 *   the alarm, and answers with as many bytes as the service's.
 * - A refresh until SUCCESS: the consumer claims the task (D1 gets a row of the cache), reads the definition, asks the
 *   origin, writes the body to R2 and commits. The isolate that learns of SUCCESS puts the entry to the edge.
 */

import type { Entry } from '../../../../src/ports/entry.ts';
import type { RefreshMessage } from '../../../../src/ports/messages.ts';
import { r2Blobs } from '../../../../src/stores/blobs.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import { d1Resources } from '../../../../src/stores/resources.ts';
import type { CacheObject } from './object.ts';
import type { FloorRequest, FloorSetup } from './setup.ts';

/** The object of a task, named by the task. The bindings' type is the service's class; the floor's class replaces it. */
function objectOfTask(env: Env, taskId: string): DurableObjectStub<CacheObject> {
  const objects = env.CACHE_OBJECT as unknown as DurableObjectNamespace<CacheObject>;
  return objects.getByName(taskId.slice(0, 13));
}

export async function refresh({ request, env, setup }: FloorRequest): Promise<Response> {
  await request.json();
  const taskId = crypto.randomUUID();
  await objectOfTask(env, taskId).enqueue(taskId, setup.document ?? '');
  return new Response(stateRow(taskId, 'PENDING'), setup);
}

export async function prepareState(env: Env, { task }: FloorSetup): Promise<void> {
  if (task === undefined) return;
  const object = objectOfTask(env, task.id);
  await (task.told === undefined ? object.keep(task.id, task.row) : object.keepWaiting(task.id, task.told));
}

export async function state({ request, env, setup }: FloorRequest): Promise<Response> {
  const taskId = taskIdIn(request);
  const object = objectOfTask(env, taskId);
  if (setup.task?.told === undefined) return new Response(await object.state(taskId), setup);
  await object.waiting();
  return new Response(setup.task.row, setup);
}

/** A refresh, or the state of its task. */
export async function load(asked: FloorRequest): Promise<Response> {
  const { request, env, setup } = asked;
  if (request.method === 'POST') return refresh(asked);
  const taskId = taskIdIn(request);
  const ended = await objectOfTask(env, taskId).state(taskId);
  if (ended !== null) await putEntry(taskId, setup);
  return new Response(ended ?? stateRow(taskId, 'STARTED'), setup);
}

/** Runs messages of the `refresh` queue in parallel. */
export async function loadAll(env: Env, messages: readonly RefreshMessage[], setup: FloorSetup): Promise<void> {
  await Promise.all(messages.map((message) => loadOne(env, message, setup)));
}

async function loadOne(env: Env, { taskId }: RefreshMessage, setup: FloorSetup): Promise<void> {
  const { document = '', entry: sample = '', originUrl = '' } = setup;
  const key = taskId.replaceAll('-', '').padEnd(64, '0');
  const entry = { ...(JSON.parse(sample) as Entry), key };
  const object = objectOfTask(env, taskId);
  await object.claim(document);
  await d1Entries(env.DB).put({ ...entry, revision: 0, loaded: null, chain: [] });
  await d1Resources(env.DB).read(entry.resource);
  const body = await (await fetch(originUrl)).bytes();
  await r2Blobs(env.BLOBS).put(key, 1, 'body', body);
  await object.commit(taskId, document, entry, stateRow(taskId, 'SUCCESS'));
}

/** Replaces the edge's copy, as the service does. */
async function putEntry(taskId: string, { entry }: FloorSetup): Promise<void> {
  const cache = await caches.open('freshet');
  const url = `https://freshet.internal/floor/entry/${taskId}`;
  await cache.match(url);
  await cache.put(url, new Response(entry, { headers: { 'Cache-Control': 'public, max-age=60' } }));
}

function taskIdIn({ url }: Request): string {
  return url.slice(url.lastIndexOf('=') + 1);
}

function stateRow(taskId: string, word: string): string {
  return JSON.stringify({ task_id: taskId, task_state: word });
}
