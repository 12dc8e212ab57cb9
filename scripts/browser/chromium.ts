/** A real Chromium, driven through playwright-core. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from './executable.ts';

/**
 * A name that leads to this machine, yet is no secure context over HTTP, as an address of an office's network is none: its
 * pages have neither `crypto.subtle` nor Web Locks.
 */
export const INSECURE_HOST = 'freshet.test';

/** Besides what Playwright gives. None of them touches CORS, or how many processes the tabs have. */
const FLAGS = [
  // Tests also run as root, for whom the browser has no sandbox.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
];

/** How a page, or a profile, is opened: usually a desktop in light colours. */
export type PageOptions = Pick<
  BrowserContextOptions,
  'viewport' | 'colorScheme' | 'locale' | 'timezoneId' | 'reducedMotion' | 'serviceWorkers' | 'permissions'
>;

/** A browser whose profiles live in memory, each apart from the others. */
export class Chromium {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @param flags more of the command line, such as `--js-flags=--expose-gc` */
  static async start({ flags = [] }: { flags?: readonly string[] } = {}): Promise<Chromium> {
    return new Chromium(await chromium.launch(await launchOptions(flags)));
  }

  /** A fresh profile. Its pages are tabs: they share stores, locks and channels. */
  profile(options: PageOptions = {}): Promise<BrowserContext> {
    // Where no language is set, the browser's own is `en-US@posix`, which is none to `Intl`.
    return this.#browser.newContext({ locale: 'en-US', ...options });
  }

  /** A page in a profile of its own. */
  async page(url: string, options: PageOptions = {}): Promise<Page> {
    return open(await this.profile(options), url);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}

/** A browser with one profile that is kept on disk: it survives the browser, also where that is killed. */
export class DiskProfile {
  readonly context: BrowserContext;
  readonly folder: string;

  private constructor(context: BrowserContext, folder: string) {
    this.context = context;
    this.folder = folder;
  }

  /** @param folder of an earlier one; without it a fresh one, which `stop` removes */
  static async start({
    folder = mkdtempSync(join(tmpdir(), 'freshet-profile-')),
    flags = [],
    ...options
  }: PageOptions & { folder?: string; flags?: readonly string[] } = {}): Promise<DiskProfile> {
    const launch = await launchOptions(flags);
    return new DiskProfile(await chromium.launchPersistentContext(folder, { ...launch, ...options }), folder);
  }

  page(url: string): Promise<Page> {
    return open(this.context, url);
  }

  /** Ends the browser's processes as a lack of power does. The folder stays, for `start`. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.context.once('close', resolve));
    const session = await this.context.browser()?.newBrowserCDPSession();
    // Its answer never comes.
    void session?.send('Browser.crash').catch(() => undefined);
    await gone;
  }

  /** Ends the browser; `keep`: the folder stays, for `start`. */
  async stop({ keep = false } = {}): Promise<void> {
    await this.context.close();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A tab of a profile. */
export async function open(profile: BrowserContext, url: string): Promise<Page> {
  const page = await profile.newPage();
  await page.goto(url);
  return page;
}

async function launchOptions(flags: readonly string[]): Promise<object> {
  const { path, env } = await findChromium();
  return { executablePath: path, args: [...FLAGS, ...flags], env: { ...process.env, ...env } };
}
