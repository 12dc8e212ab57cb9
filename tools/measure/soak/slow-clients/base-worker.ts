/**
 * The memory that workerd and the local stores need for the soak by themselves: a Worker that makes the service's calls
 * with the same
 * number of bytes, and nothing else. A load streams from the origin into parts of an R2 upload, and from R2 into the
 * edge cache. A read
 * asks D1, calls an object and streams from the edge cache. It replaces the service's script, with the same wrangler.toml.
 */

import { DurableObject } from 'cloudflare:workers';
import { PART_BYTES } from '../../../../src/stores/blobs.ts';

const SMALL_BYTES = 2000;

/** Has the name of the service's class, so that wrangler.toml fits both. */
export class CacheObject extends DurableObject<Env> {
  /** Writes one row. */
  keep(text: string): void {
    const { sql } = this.ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT)');
    sql.exec('INSERT OR REPLACE INTO rows VALUES (1, ?)', text);
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const origin = searchParams.get('origin');
    if (origin !== null) {
      await load(env, pathname, origin);
      return new Response(null, { status: 204 });
    }
    const cache = await caches.open('freshet');
    const small = searchParams.get('small');
    if (small !== null) {
      await loadSmall(env, cache, small);
      return new Response(null, { status: 204 });
    }
    await env.DB.prepare('SELECT title FROM resources LIMIT 1').first();
    const found = await cache.match(edgeUrl(pathname));
    return found === undefined ? new Response(null, { status: 404 }) : new Response(found.body);
  },
} satisfies ExportedHandler<Env>;

/** A cache with a small body: a row of its object and of D1, a body in R2 and at the edge. */
async function loadSmall(env: Env, cache: Cache, name: string): Promise<void> {
  const text = 'n'.repeat(SMALL_BYTES);
  const objects = env.CACHE_OBJECT as unknown as DurableObjectNamespace<CacheObject>;
  await objects.getByName(name).keep(text);
  const columns = 'title, definition, number, purged, changed_at';
  await env.DB.prepare(`INSERT OR REPLACE INTO resources (${columns}) VALUES (?, ?, 0, 0, 0)`).bind(name, text).run();
  await env.BLOBS.put(name, text);
  await cache.put(
    edgeUrl(`/small/${name}`),
    new Response(text, { headers: { 'Cache-Control': 'public, max-age=60' } }),
  );
}

async function load(env: Env, path: string, origin: string): Promise<void> {
  const { body } = await fetch(origin);
  const reader = body?.getReader({ mode: 'byob' });
  const upload = await env.BLOBS.createMultipartUpload(path);
  const parts: R2UploadedPart[] = [];
  for (;;) {
    const part = await reader?.readAtLeast(PART_BYTES, new Uint8Array(PART_BYTES));
    if (part?.value === undefined || part.value.byteLength === 0) break;
    parts.push(await upload.uploadPart(parts.length + 1, part.value));
    if (part.done || part.value.byteLength < PART_BYTES) break;
  }
  await upload.complete(parts);
  const stored = await env.BLOBS.get(path);
  const headers = { 'Cache-Control': 'public, max-age=3600', 'Content-Length': String(stored?.size) };
  await (await caches.open('freshet')).put(edgeUrl(path), new Response(stored?.body ?? null, { headers }));
}

function edgeUrl(path: string): string {
  return `https://base.example.com${path}`;
}
