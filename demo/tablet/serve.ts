/** Serves Tablet, an app on another origin than the service, as most apps are. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ServedFile, TabletBuild } from './build.ts';
import { TABLET_PATH } from './path.ts';

/** The files with which a check for a new version begins: the page, and the worker that browsers request with it. */
const FIRST = new Set(['', 'worker.js']);

/** Headers of each file. The page contains its other policies (index.html); `frame-ancestors` must be a header. */
const HEADERS = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Answers requests below `/tablet/`. @param service address of the service: `http://127.0.0.1:8787` */
export function tabletServer(
  service: string,
): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> {
  const build = new TabletBuild(service);
  // Files with a hash in their name stay: a page that was opened before a change still requests them.
  const files = new Map<string, ServedFile>();
  return async (request, response, path) => {
    const name = path.slice(TABLET_PATH.length);
    try {
      if (FIRST.has(name) || files.size === 0) for (const [at, file] of await build.files()) files.set(at, file);
    } catch (error) {
      return plain(response, 500, error instanceof Error ? error.message : String(error));
    }
    const file = files.get(name);
    if (file === undefined) return plain(response, 404, `There is no ${path}.`);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(response, 405, 'Only GET and HEAD are allowed.');
    const { etag, contentType, body, isNamedByContent } = file;
    const cacheControl = isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache';
    const isUnchanged = request.headers['if-none-match'] === etag;
    response.writeHead(isUnchanged ? 304 : 200, {
      ...HEADERS,
      ETag: etag,
      'Content-Type': contentType,
      'Cache-Control': cacheControl,
    });
    response.end(isUnchanged || request.method === 'HEAD' ? undefined : body);
  };
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}
