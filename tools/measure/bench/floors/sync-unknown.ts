/** Floor of a question about a hundred caches that the location does not know: their keys, one statement by the service's own SQL, JSON. */

import { cacheIdentity } from '../../../../src/core/cache-key.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';
import type { FloorRequest } from './context.ts';

interface Question {
  caches: { id: string; resource_title: string; parameters: { year: number } }[];
}

export async function syncUnknown({ request, env, user, setup: head }: FloorRequest): Promise<Response> {
  const { caches } = await request.json<Question>();
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
