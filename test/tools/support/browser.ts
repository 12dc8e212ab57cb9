/** A real Chromium (tools/browser): its executable from one package, driven by another. */

import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';

/** What these tests use of playwright-core, whose types are there only where the tools are. */
export interface Page {
  goto(url: string): Promise<unknown>;
  waitForSelector(selector: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  /** Runs a function, or the text of an expression, in the page. */
  evaluate<T>(work: string): Promise<T>;
  /** Headers that the browser adds to each request of the page. */
  setExtraHTTPHeaders(headers: Record<string, string>): Promise<void>;
  on(event: 'request', listen: (request: PageRequest) => void): void;
  on(event: 'response', listen: (response: { request(): PageRequest; status(): number }) => void): void;
}
/** A request as the page sent it; `allHeaders` has those that the browser added. */
export interface PageRequest {
  url(): string;
  method(): string;
  allHeaders(): Promise<Record<string, string>>;
}
/** What the device is like; usually a desktop in light colours. */
export interface PageOptions {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
}
interface Browser {
  newPage(options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

/** A browser, and a site of another origin than the service whose empty page it shows. */
export class Chromium {
  readonly #browser: Browser;
  readonly #site: Server;

  private constructor(browser: Browser, site: Server) {
    this.#browser = browser;
    this.#site = site;
  }

  static async start(): Promise<Chromium> {
    const { default: executable } = await load<{ default: { executablePath(): Promise<string> } }>(
      '@sparticuz/chromium',
    );
    const { chromium } = await load<{ chromium: { launch(options: object): Promise<Browser> } }>('playwright-core');
    // Tests also run as root, for whom the browser has no sandbox.
    const browser = await chromium.launch({
      executablePath: await executable.executablePath(),
      args: ['--no-sandbox'],
    });
    const site = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><title>a page of somebody else</title>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    return new Chromium(browser, site);
  }

  /** An open page of the site. */
  async page(options: PageOptions = {}): Promise<Page> {
    const page = await this.#browser.newPage(options);
    await page.goto(`http://127.0.0.1:${(this.#site.address() as AddressInfo).port}/`);
    return page;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#site.closeAllConnections();
    await new Promise((resolve) => this.#site.close(resolve));
  }
}

async function load<Module>(name: string): Promise<Module> {
  const { resolve } = createRequire(join(PROJECT, 'tools/browser/package.json'));
  return (await import(pathToFileURL(resolve(name)).href)) as Module;
}
