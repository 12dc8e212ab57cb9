/**
 * Floor of the live wake-up: requests held in isolate memory, which check it as often as the service's do, then the
 * body.
 */

import type { FloorRequest } from './setup.ts';

/** Pauses between two checks, ms (src/flows/live/watch-cache.ts). */
const SHORTEST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 800;

let version = 1;

/** POST makes the next version; GET is answered once there is a version other than the one it has. */
export async function wake({ request, setup }: FloorRequest): Promise<Response> {
  if (request.method === 'POST') {
    version += 1;
    return Response.json({ task_id: crypto.randomUUID(), task_state: 'SUCCESS' });
  }
  const held = request.headers.get('If-None-Match');
  while (held === etag()) {
    await scheduler.wait(SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
  }
  const headers = new Headers(setup.headers);
  headers.set('ETag', etag());
  return new Response(setup.body, { headers });
}

function etag(): string {
  return `"v${version}"`;
}
