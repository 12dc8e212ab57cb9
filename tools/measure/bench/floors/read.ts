/** Floor of a hot read: the entry, and the body if there is one, from the edge cache; a device's record after the answer. */

import type { FloorRequest } from './context.ts';
import { addRecord } from './devices.ts';
import type { FloorSetup } from './setup.ts';

const ENTRY = 'https://freshet.internal/floor/entry';
const BODY = 'https://freshet.internal/floor/body';

export async function prepareRead({ entry, body }: FloorSetup): Promise<void> {
  const cache = await caches.open('freshet');
  const headers = { 'Cache-Control': 'public, max-age=86400' };
  await cache.put(ENTRY, new Response(entry, { headers }));
  if (body !== undefined) await cache.put(BODY, new Response(body, { headers }));
}

export async function read({ request, env, ctx, user, setup }: FloorRequest): Promise<Response> {
  const cache = await caches.open('freshet');
  await (await cache.match(ENTRY))?.text();
  const body = setup.body === undefined ? null : ((await cache.match(BODY))?.body ?? null);
  const device = request.headers.get('X-Device-Id');
  if (device !== null) ctx.waitUntil(addRecord(env, { user, device, key: setup.key ?? '' }));
  return new Response(body, setup);
}
