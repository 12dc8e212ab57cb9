import type { Page, Request } from 'playwright-core';
import { expect } from 'vitest';

/** Longer than a page takes between rendering and its next request: a frame, or 35 ms without one (Preact's effects). */
const STEP_MS = 100;

/** What a page asks of the network, from when this is made on. */
export class Asked {
  readonly requests: Request[] = [];
  readonly #page: Page;
  readonly #underWay = new Set<Request>();

  constructor(page: Page) {
    this.#page = page;
    page.on('request', (request) => {
      this.requests.push(request);
      this.#underWay.add(request);
    });
    const ended = (request: Request) => this.#underWay.delete(request);
    page.on('requestfinished', ended);
    page.on('requestfailed', ended);
  }

  get urls(): string[] {
    return this.requests.map((request) => request.url());
  }

  /** Method and path of those that may change something. */
  get writes(): string[] {
    return this.requests
      .filter((request) => !['GET', 'HEAD'].includes(request.method()))
      .map((request) => `${request.method()} ${new URL(request.url()).pathname}`);
  }

  /** Paths without queries. */
  get paths(): string[] {
    return this.urls.map((url) => new URL(url).pathname);
  }

  /** Paths of the API. */
  get ofApi(): string[] {
    return this.paths.filter((path) => path.startsWith('/api/'));
  }

  /** Of a page whose clock the test moves: waits until all is answered, and what was answered makes it ask for nothing more. `networkidle` covers only a document's first load. */
  async settled(): Promise<void> {
    for (let before = -1; before !== this.requests.length; ) {
      await expect.poll(() => Array.from(this.#underWay, (request) => request.url())).toEqual([]);
      before = this.requests.length;
      await this.#page.clock.runFor(STEP_MS);
    }
  }
}
