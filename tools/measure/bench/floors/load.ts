/**
 * Floor of a refresh until SUCCESS: accepted as by refresh.ts; the consumer claims, whereby D1 gets a
 * row of the cache, reads the definition, asks the origin, writes the body to R2 and commits; whoever is told SUCCESS has the entry put to the edge.
 */

import type { Entry } from '../../../../src/contract/entry.ts';
import type { RefreshMessage } from '../../../../src/contract/messages.ts';
import { r2Blobs } from '../../../../src/stores/blobs.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import { d1Resources } from '../../../../src/stores/resources.ts';
import type { FloorRequest } from './context.ts';
import { objectOfTask } from './objects.ts';
import { refresh } from './refresh.ts';
import type { FloorSetup } from './setup.ts';
import { taskIdIn } from './state.ts';

export function load(asked: FloorRequest): Promise<Response> {
  return asked.request.method === 'POST' ? refresh(asked) : stateOf(asked);
}

/** Runs messages of the `refresh` queue side by side. */
export async function loadAll(env: Env, messages: readonly RefreshMessage[], setup: FloorSetup): Promise<void> {
  await Promise.all(messages.map((message) => loadOne(env, message, setup)));
}

async function loadOne(env: Env, { taskId }: RefreshMessage, setup: FloorSetup): Promise<void> {
  const { document = '', entry: sample = '', originUrl = '' } = setup;
  const entry = { ...(JSON.parse(sample) as Entry), key: keyOf(taskId) };
  const object = objectOfTask(env, taskId);
  await object.claim(document);
  await d1Entries(env.DB).put({ ...entry, revision: 0, loaded: null, chain: [] });
  await d1Resources(env.DB).read(entry.resource);
  const body = await (await fetch(originUrl)).bytes();
  await r2Blobs(env.BLOBS).put(entry.key, 1, 'body', body);
  await object.commit(taskId, document, entry, stateRow(taskId, 'SUCCESS'));
}

async function stateOf({ request, env, setup }: FloorRequest): Promise<Response> {
  const taskId = taskIdIn(request);
  const ended = await objectOfTask(env, taskId).state(taskId);
  if (ended !== null) await putEntry(taskId, setup);
  return new Response(ended ?? stateRow(taskId, 'STARTED'), setup);
}

/** Over what the edge has of it, as the service does. */
async function putEntry(taskId: string, { entry }: FloorSetup): Promise<void> {
  const cache = await caches.open('freshet');
  const url = `https://freshet.internal/floor/entry/${taskId}`;
  await cache.match(url);
  await cache.put(url, new Response(entry, { headers: { 'Cache-Control': 'public, max-age=60' } }));
}

function keyOf(taskId: string): string {
  return taskId.replaceAll('-', '').padEnd(64, '0');
}

function stateRow(taskId: string, word: string): string {
  return JSON.stringify({ task_id: taskId, task_state: word });
}
