/**
 * Selects the Chromium for tests and measurements: `CHROMIUM_PATH`, otherwise the one from an npm package, otherwise an
 * installed one. Playwright's own download is not used, because continuous integration and many offices cannot reach
 * its host.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { type Executable, unpackChromium } from './unpack.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome.exe', 'msedge.exe'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Whether there is a Chromium. */
export function hasChromium(): boolean {
  return chosenByUser() !== undefined || packageFolder() !== null || installed() !== null;
}

/** How to get a Chromium. */
export const CHROMIUM_REMEDY =
  'install Chromium or Chrome (Debian: apt-get install chromium), or name one: CHROMIUM_PATH=<file> npm test';

/**
 * Returns the browser to start. The first call unpacks it, which takes several seconds.
 *
 * @throws Error if there is none
 */
export async function findChromium(): Promise<Executable> {
  const chosen = chosenByUser();
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM_PATH names ${chosen}, which does not exist`);
    return { path: chosen, env: {} };
  }
  const folder = packageFolder();
  if (folder !== null) return unpackChromium(folder);
  const path = installed();
  if (path === null) throw new Error(`There is no Chromium here: ${CHROMIUM_REMEDY}`);
  return { path, env: {} };
}

function chosenByUser(): string | undefined {
  return process.env.CHROMIUM_PATH || undefined;
}

/** Folder of @sparticuz/chromium, which contains a program only for Linux with glibc on x64; null on other machines. */
function packageFolder(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime === undefined) return null;
  try {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    return join(dirname(entry), '..');
  } catch {
    return null;
  }
}

function installed(): string | null {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find((path) => existsSync(path)) ?? null;
}
