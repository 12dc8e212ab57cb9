/**
 * Floor of a question about many caches: the question and the answer as JSON and, as often as the service looks them up, all entries
 * by its own statement.
 */

import { d1Entries } from '../../../src/stores/entries.ts';
import type { FloorRequest } from './context.ts';

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

export async function sync({ request, env, user, setup: { items = '[]', ...head } }: FloorRequest): Promise<Response> {
  const { caches } = await request.json<Question>();
  const known = JSON.parse(items) as { key: string; resource: string; item: Item }[];
  if (Date.now() - lookedUpAt > LOOKED_UP_FOR_MS) {
    lookedUpAt = Date.now();
    const rows = await d1Entries(env.DB).readAll(known, false);
    revisions = new Map(known.map(({ key, item }) => [item.id, rows.get(key)?.entry?.revision ?? 0]));
  }
  const byId = new Map(known.map(({ item }) => [item.id, item]));
  const answers = caches.map(({ id }) => ({ ...byId.get(id), revision: revisions.get(id) }));
  return new Response(JSON.stringify({ user, now: new Date().toISOString(), caches: answers }), head);
}
