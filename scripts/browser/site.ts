/**
 * A site with its own origin whose pages have modules of the project as globals. Its requests to a service are subject
 * to CORS.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentTypeOf } from '../lib/content-types.ts';
import { bundle } from './bundle.ts';
import { INSECURE_HOST } from './chromium.ts';

/** Files to serve, by path. */
type Files = ReadonlyMap<string, string | Uint8Array>;

/** Options of a site. */
export interface SiteOptions {
  /**
   * Name of a global in the pages -> file of the module, from the project's folder. A module whose name ends in
   * `worker` is only served.
   */
  modules?: Readonly<Record<string, string>>;
  /** Other files to serve, by path. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** A fixed port, if the test needs one. Default: any free port. */
  port?: number;
}

/** A running site. */
export class Site {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws Error if a module cannot be bundled */
  static async start({ modules = {}, files: others = {}, port = 0 }: SiteOptions = {}): Promise<Site> {
    const files: Files = new Map([...Object.entries(others), ...(await bundle(modules))]);
    const page = pageWith(Object.keys(modules).filter((name) => !name.endsWith('worker')));
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      const [status, type, body] = answerOf(pathname, page, files);
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new Site(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A secure context, because its host is loopback. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** The same pages under a name that is another origin and not a secure context. */
  get insecureUrl(): string {
    return `http://${INSECURE_HOST}:${this.port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function answerOf(path: string, page: string, files: Files): [status: number, type: string, body: string | Uint8Array] {
  if (path === '/') return [200, contentTypeOf('.html'), page];
  const body = files.get(path);
  return body === undefined ? [404, 'text/plain; charset=utf-8', 'not found'] : [200, contentTypeOf(path), body];
}

/** The scripts of the modules block `load`, so the globals exist when a test's `goto` returns. */
function pageWith(names: readonly string[]): string {
  const lines = names.map((name) => `import * as ${name} from '/${name}.js'; globalThis.${name} = ${name};`);
  return `<!doctype html><html lang="en"><title>A page of somebody else</title><link rel="icon" href="data:,"><script type="module">
${lines.join('\n')}
</script></html>`;
}
