/** The pictures of the README: what each shows, and its size limit. */

import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';

/** Their folder, relative to the project and as a full path. */
export const PICTURES_PATH = 'docs/pictures';
export const FOLDER = join(PROJECT, PICTURES_PATH);
export const THEMES = ['light', 'dark'] as const;

/** One picture, taken in each theme. */
export interface Picture {
  /** Its files are `<name>-<theme>.webp`. */
  name: string;
  /** The line of `npm start` with the link to it. */
  link: RegExp;
  /** The path to open from there. */
  path?: string;
  viewport: { width: number; height: number };
  /** Text that appears when the page can be navigated, and text that appears when it is complete. */
  ready: { first: string; last: string };
}

export const PICTURES: readonly Picture[] = [
  {
    name: 'console',
    link: /\/console\/#once=/,
    path: '/console/?range=quarter',
    viewport: { width: 1280, height: 830 },
    ready: { first: 'nav', last: '.chart canvas' },
  },
  {
    name: 'tablet',
    link: /\/tablet\/#token=/,
    viewport: { width: 390, height: 830 },
    ready: { first: 'tbody tr', last: 'tbody tr' },
  },
];
