/** A real Chromium, controlled by playwright-core. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from './executable.ts';

/**
 * A name for this machine that is not a secure context over HTTP, like an address in an office network: its pages have
 * neither `crypto.subtle` nor Web Locks.
 */
export const INSECURE_HOST = 'freshet.test';

/** How long a page is waited for: as long as all else that a test waits for (vitest.config.ts), also on a busy machine. */
const PATIENCE_MS = 60_000;

/** In addition to Playwright's flags. None of them affects CORS or the number of tab processes. */
const FLAGS = [
  // Tests also run as root, for which the browser has no sandbox.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
];

/** How to open a page or a profile. Default: a desktop browser in light colours. */
export type PageOptions = Pick<
  BrowserContextOptions,
  'viewport' | 'colorScheme' | 'locale' | 'timezoneId' | 'reducedMotion' | 'serviceWorkers' | 'permissions'
>;

/** A browser whose profiles are in memory and separate from each other. */
export class Chromium {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @param flags additional command-line flags, such as `--js-flags=--expose-gc` */
  static async start({ flags = [] }: { flags?: readonly string[] } = {}): Promise<Chromium> {
    return new Chromium(await chromium.launch(await launchOptions(flags)));
  }

  /** Opens a new profile. Its pages are tabs that share stores, locks and channels. */
  async profile(options: PageOptions = {}): Promise<BrowserContext> {
    // Without a locale, the browser uses `en-US@posix`, which `Intl` does not know.
    const profile = await this.#browser.newContext({ locale: 'en-US', ...options });
    profile.setDefaultTimeout(PATIENCE_MS);
    return profile;
  }

  /** Opens a page in a profile of its own. */
  async page(url: string, options: PageOptions = {}): Promise<Page> {
    return open(await this.profile(options), url);
  }

  /** Closes all profiles with their pages. The browser stays. */
  async closeProfiles(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((profile) => profile.close()));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}

/** A browser with one profile on disk. The profile survives the browser, even if that is killed. */
export class DiskProfile {
  readonly context: BrowserContext;
  readonly folder: string;

  private constructor(context: BrowserContext, folder: string) {
    this.context = context;
    this.folder = folder;
  }

  /** @param folder an earlier profile; without it, a new one that `stop` removes */
  static async start({
    folder = mkdtempSync(join(tmpdir(), 'freshet-profile-')),
    flags = [],
    ...options
  }: PageOptions & { folder?: string; flags?: readonly string[] } = {}): Promise<DiskProfile> {
    const launch = await launchOptions(flags);
    const context = await chromium.launchPersistentContext(folder, { ...launch, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return new DiskProfile(context, folder);
  }

  page(url: string): Promise<Page> {
    return open(this.context, url);
  }

  /** Kills the browser's processes as a power failure would. The folder stays, for `start`. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.context.once('close', resolve));
    const session = await this.context.browser()?.newBrowserCDPSession();
    // This call gets no answer.
    void session?.send('Browser.crash').catch(() => undefined);
    await gone;
  }

  /** Stops the browser. `keep`: the folder stays, for `start`. */
  async stop({ keep = false } = {}): Promise<void> {
    await this.context.close();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Opens a tab in a profile. */
export async function open(profile: BrowserContext, url: string): Promise<Page> {
  const page = await profile.newPage();
  await page.goto(url);
  return page;
}

async function launchOptions(flags: readonly string[]): Promise<object> {
  const { path, env } = await findChromium();
  return { executablePath: path, args: [...FLAGS, ...flags], env: { ...process.env, ...env } };
}
