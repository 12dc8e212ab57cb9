/** Actions with the keyboard only. */

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What the focus is on, by its name; a button that is called like a link before it, with what it is. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const isField = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    const label = isField ? element.labels?.[0] : undefined;
    // What follows the name in a label describes it; of a box that is ticked the name comes second.
    const labelled = label?.firstChild?.textContent || label?.textContent;
    const name = element?.getAttribute('aria-label') ?? labelled ?? element?.textContent ?? '';
    return element?.matches('button[type=submit]') && name === 'Probe' ? 'Probe button' : name;
  });
}

/** More than any screen has to press Tab. */
const MOST_PRESSES = 150;

/** Goes on by the Tab key until the focus is there. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < MOST_PRESSES && (await focused(page)) !== name; presses++)
    await page.keyboard.press('Tab');
  expect(await focused(page)).toBe(name);
}
