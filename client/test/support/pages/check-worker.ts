/** A service worker whose pushes wake the client: it shares the store with the tabs, and checks nothing by itself. */

import { createClient } from '../../../src/index.ts';

interface PushEvent extends Event {
  data: { json(): { url: string; user: string; token: string } };
  waitUntil(work: Promise<unknown>): void;
}
interface WorkerScope {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(name: string, heard: (event: PushEvent) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener('push', (event) => {
  const { url, user, token } = event.data.json();
  const work = async () => {
    const client = createClient({ url, user, auth: async () => token, live: 'off' });
    await client.check();
    await client.close();
  };
  event.waitUntil(work());
});
