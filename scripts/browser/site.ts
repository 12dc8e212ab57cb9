/** A site of its own origin whose pages have modules of the project as globals. What it asks of a service is subject to CORS. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentTypeOf } from '../lib/content-types.ts';
import { bundle } from './bundle.ts';
import { INSECURE_HOST } from './chromium.ts';

/** What is served, by path. */
type Files = ReadonlyMap<string, string | Uint8Array>;

/** What a site has. */
export interface SiteOptions {
  /** Modules by the name of the global that they are in a page; a name that ends in `worker` is served alone. Files from the project's folder. */
  modules?: Readonly<Record<string, string>>;
  /** What else it serves, by path. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** A fixed port, where the test needs one; usually any that is free. */
  port?: number;
}

/** A running site. */
export class Site {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws Error when a module cannot be bundled */
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

  /** A secure context, for loopback is one. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** The same pages by a name that makes no secure context, and is another origin. */
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

/** The modules' scripts block `load`, so that the globals are there when a test's `goto` has returned. */
function pageWith(names: readonly string[]): string {
  const lines = names.map((name) => `import * as ${name} from '/${name}.js'; globalThis.${name} = ${name};`);
  return `<!doctype html><html lang="en"><title>A page of somebody else</title><link rel="icon" href="data:,"><script type="module">
${lines.join('\n')}
</script></html>`;
}
