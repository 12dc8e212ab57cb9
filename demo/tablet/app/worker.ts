/**
 * Tablet's service worker: keeps the app's files, so that the app opens without a network. All files of a version are
 * replaced together. It does not touch answers of the service and the ERP: the client keeps rows and knows their age.
 */

/** build.ts puts this list of all files in front of the script. */
declare const SHELL: { version: string; files: readonly string[] };

interface WorkerEvent extends Event {
  readonly request: Request;
  readonly data: unknown;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: string, heard: (event: WorkerEvent) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

const PREFIX = 'tablet-shell-';
const NAME = PREFIX + SHELL.version;
const base = scope.registration.scope;
const urls: ReadonlySet<string> = new Set(SHELL.files.map((file) => new URL(file, base).href));

scope.addEventListener('install', (event) => event.waitUntil(keep()));
scope.addEventListener('activate', (event) => event.waitUntil(begin()));
// An earlier version keeps running until all its tabs are closed, or until the user switches to the new one.
scope.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(scope.skipWaiting());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const named = origin + pathname;
  // The app has a single page, whatever the rest of the address says.
  const url = request.mode === 'navigate' && !urls.has(named) ? base : named;
  if (request.method === 'GET' && urls.has(url)) event.respondWith(find(url, request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll([...urls].map((url) => new Request(url, { cache: 'no-cache' })));
}

async function begin(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function find(url: string, request: Request): Promise<Response> {
  const kept = await (await caches.open(NAME)).match(url);
  return kept ?? fetch(request);
}
