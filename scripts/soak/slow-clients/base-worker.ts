/**
 * What workerd and the local stores need for the soak by themselves: a Worker that makes the service's calls with as many bytes,
 * and nothing else. A load streams from the origin into parts of an R2 upload, and from R2 into the edge cache; a read
 * looks into D1, calls an object and streams from the edge cache. It takes the place of the service's script, under the same
 * wrangler.toml.
 */

import { DurableObject } from 'cloudflare:workers';
import { PART_BYTES } from '../../../src/stores/blobs.ts';

/** Has the name of the service's class, so that wrangler.toml fits both. */
export class CacheObject extends DurableObject<Env> {
  /** One row read. */
  look(): number {
    return this.ctx.storage.sql.exec<{ one: number }>('SELECT 1 AS one').one().one;
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
    await env.DB.prepare('SELECT title FROM resources LIMIT 1').first();
    const objects = env.CACHE_OBJECT as unknown as DurableObjectNamespace<CacheObject>;
    await objects.getByName(pathname).look();
    const found = await (await caches.open('freshet')).match(edgeUrl(pathname));
    return found === undefined ? new Response(null, { status: 404 }) : new Response(found.body);
  },
} satisfies ExportedHandler<Env>;

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
