import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Longer than a page takes from what it shows to what it asks for then: a frame, or 35 ms without one (Preact's effects). */
const STEP_MS = 100;

/** What a page whose clock a test moves asks of the network. */
export class Asked {
  readonly urls: string[] = [];
  readonly #page: Page;
  #underWay = 0;

  constructor(page: Page) {
    this.#page = page;
    page.on('request', (request) => {
      this.urls.push(request.url());
      this.#underWay += 1;
    });
    const ended = () => {
      this.#underWay -= 1;
    };
    page.on('requestfinished', ended);
    page.on('requestfailed', ended);
  }

  /** Waits until all is answered, and what was answered makes the page ask for nothing more. `networkidle` tells of a document's first load alone. */
  async settled(): Promise<void> {
    for (let before = -1; before !== this.urls.length; ) {
      await expect.poll(() => this.#underWay).toBe(0);
      before = this.urls.length;
      await this.#page.clock.runFor(STEP_MS);
    }
  }
}
