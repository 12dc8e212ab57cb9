/** A profile of a browser, and the requests of its tabs to the service. */

import type { BrowserContext, Page, Request } from 'playwright-core';

/** A request of the client; questions of CORS are not among them. */
export interface Asked {
  method: string;
  /** Path under the version of the service, with its query: `sync/`. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

export interface DeviceProfile {
  context: BrowserContext;
  /** In their order, over all tabs. */
  asked: Asked[];
  /** Tabs that have opened a socket, in the order of the sockets. */
  sockets: Page[];
}

/** Requests are noted from now on. */
export function profileOf(context: BrowserContext): DeviceProfile {
  const asked: Asked[] = [];
  context.on('request', (request: Request) => {
    const [, path] = request.url().split('/api/v1/');
    if (path === undefined || request.method() === 'OPTIONS') return;
    asked.push({ method: request.method(), path, headers: request.headers(), body: request.postData() });
  });
  const sockets: Page[] = [];
  context.on('page', (page) => page.on('websocket', () => sockets.push(page)));
  return { context, asked, sockets };
}
