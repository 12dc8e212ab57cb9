/** Finds barriers for people in a page, as far as a program can. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** What axe-core finds in the page as it is, and whether it is wider than its window. */
export async function barriersIn(page: Page): Promise<unknown[]> {
  // Animations are judged once they stop; endless ones are ignored.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations === 1);
    return Promise.allSettled(ending.map(({ finished }) => finished)).then(() => undefined);
  });
  // By the debugger, since the page's own rules may allow no scripts of others.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run();
    const found: unknown[] = violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => [html.slice(0, 200), failureSummary]),
    }));
    return document.documentElement.scrollWidth > innerWidth ? [...found, 'wider than its window'] : found;
  });
}
