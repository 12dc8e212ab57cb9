/** Actions with the keyboard only. */

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What the focus is on, by its name. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const isField = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    const label = isField ? element.labels?.[0]?.textContent : null;
    return element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '';
  });
}

/** Goes on by the Tab key until the focus is there. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60 && (await focused(page)) !== name; presses++) await page.keyboard.press('Tab');
  expect(await focused(page)).toBe(name);
}
