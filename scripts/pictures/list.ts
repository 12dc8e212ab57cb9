/** The pictures of README: what each shows, and how much it may weigh. */

import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';

/** Where they stand, below the project's folder and as a whole path. */
export const PICTURES_PATH = 'docs/pictures';
export const FOLDER = join(PROJECT, PICTURES_PATH);
export const THEMES = ['light', 'dark'] as const;

/** One picture, made in each theme. */
export interface Picture {
  /** Its files are `<name>-<theme>.webp`. */
  name: string;
  /** The line of `npm start` that is the link to it. */
  link: RegExp;
  /** Where to go from there. */
  path?: string;
  viewport: { width: number; height: number };
  /** What is there once it can be gone on from, and once all is there. */
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
