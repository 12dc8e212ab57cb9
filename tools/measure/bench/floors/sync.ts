/**
 * Floor of a question about many caches: parsing the question, writing the answer as JSON and, as often as the service
 * looks them up, reading all entries with its own statement and putting to the edge what the service puts there.
 */

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
