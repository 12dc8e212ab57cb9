/** The looks in which screens are tested: all of them in `npm run test:all` (LONG_FORMS), usually the first. */

import type { PageOptions } from '../../../scripts/browser/chromium.ts';

export const DESKTOP = { width: 1280, height: 800 };
/** A desktop at 200 %. */
export const HALF = { width: 640, height: 400 };
export const PHONE = { width: 390, height: 844 };

/** A name, and how a page is opened. */
export type Look = readonly [name: string, options: PageOptions];

/** Whether all is looked at that there is. */
export const ALL_LOOKS: boolean = process.env.CONSOLE_LOOKS === 'all';

/** Of these the first, or all of them. */
export function looksOf<One>(...all: readonly [One, ...One[]]): readonly One[] {
  return ALL_LOOKS ? all : all.slice(0, 1);
}

export const LIGHT: Look = ['light', { colorScheme: 'light', viewport: DESKTOP }];
export const DARK: Look = ['dark', { colorScheme: 'dark', viewport: DESKTOP }];
export const LIGHT_AT_HALF: Look = ['light at 200 %', { colorScheme: 'light', viewport: HALF }];
export const DARK_ON_PHONE: Look = ['dark on a phone', { colorScheme: 'dark', viewport: PHONE }];
