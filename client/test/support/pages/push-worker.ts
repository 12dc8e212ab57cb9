/** A service worker that reports each push message to its pages. */

interface PushEvent extends Event {
  data: { text(): string };
  waitUntil(work: Promise<unknown>): void;
}
interface WorkerScope {
  skipWaiting(): Promise<void>;
  clients: {
    claim(): Promise<void>;
    matchAll(options: { includeUncontrolled: boolean }): Promise<{ postMessage(message: unknown): void }[]>;
  };
  addEventListener(name: string, heard: (event: PushEvent) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener('push', (event) => {
  const tell = async () => {
    const pages = await scope.clients.matchAll({ includeUncontrolled: true });
    for (const page of pages) page.postMessage(event.data.text());
  };
  event.waitUntil(tell());
});
