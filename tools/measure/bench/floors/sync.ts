/**
 * Floors of questions about many caches: parsing the question and writing the answer as JSON and, as often as the service looks them
 * up, reading all entries with its own statement. For known caches it also puts to the edge what the service puts there;
 * `syncUnknown` is about a hundred caches that the location does not know, and computes their keys.
 */

import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import type { FloorRequest } from './setup.ts';

const LOOKED_UP_FOR_MS = 1000;

interface Question {
  caches: { id: string }[];
}
interface Item {
  id: string;
  revision: number;
}

let revisions = new Map<string, number>();
let lookedUpAt = 0;

export async function sync({
  request,
  env,
  ctx,
  user,
  setup: { items = '[]', ...head },
}: FloorRequest): Promise<Response> {
  const question = await request.json<Question>();
  const known = JSON.parse(items) as { key: string; resource: string; item: Item }[];
  if (Date.now() - lookedUpAt > LOOKED_UP_FOR_MS) {
    lookedUpAt = Date.now();
    await (await caches.open('freshet')).match(urlOf('first'));
    const rows = await d1Entries(env.DB).readAll(known, false);
    ctx.waitUntil(keepAtEdge(rows));
    revisions = new Map(known.map(({ key, item }) => [item.id, rows.get(key)?.entry?.revision ?? 0]));
  }
  const byId = new Map(known.map(({ item }) => [item.id, item]));
  const answers = question.caches.map(({ id }) => ({ ...byId.get(id), revision: revisions.get(id) }));
  return new Response(JSON.stringify({ user, now: new Date().toISOString(), caches: answers }), head);
}

/** Entries that are looked up repeatedly are put to the edge for the other isolates, which costs two calls per key. */
async function keepAtEdge(rows: ReadonlyMap<string, unknown>): Promise<void> {
  const cache = await caches.open('freshet');
  for (const [key, row] of rows) {
    await (await cache.match(urlOf(key)))?.text();
    await cache.put(
      urlOf(key),
      new Response(JSON.stringify(row), { headers: { 'Cache-Control': 'public, max-age=3600' } }),
    );
  }
}

function urlOf(key: string): string {
  return `https://freshet.internal/floor/${key}`;
}

interface UnknownQuestion {
  caches: { id: string; resource_title: string; parameters: { year: number } }[];
}

export async function syncUnknown({ request, env, user, setup: head }: FloorRequest): Promise<Response> {
  const { caches } = await request.json<UnknownQuestion>();
  const asked = caches.map(({ id, resource_title: title, parameters }) => ({
    id,
    ...cacheIdentity(title, parameters, null),
  }));
  const rows = await d1Entries(env.DB).readAll(asked, false);
  const answers = asked.map(({ id, key }) => {
    const entry = rows.get(key)?.entry;
    const loaded = entry?.loaded;
    if (entry == null || loaded == null) throw new Error(`nothing is cached of ${id}`);
    return {
      id,
      tag: key.slice(0, 16),
      status: 304,
      etag: `${key.slice(0, 16)}-v${loaded.changed}`,
      version: loaded.version,
      revision: entry.revision,
      content_version: `v${loaded.version}`,
      last_modified: new Date(loaded.changedAt).toISOString(),
      loaded: new Date(loaded.loadedAt).toISOString(),
      expires: new Date(loaded.expiresAt).toISOString(),
    };
  });
  return new Response(JSON.stringify({ user, now: new Date().toISOString(), caches: answers }), head);
}
