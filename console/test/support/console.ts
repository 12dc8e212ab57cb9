/** The console of a real service, in a real browser. */

import type { BrowserContext, Page } from 'playwright-core';
import { Chromium, INSECURE_HOST, type PageOptions } from '../../../scripts/browser/chromium.ts';
import { Service, type StartOptions } from '../../../test/e2e/support/service.ts';

export const ADMIN_SCOPE = 'cache:admin cache:read cache:refresh';

/** Names of this machine. */
const HERE = ['127.0.0.1', INSECURE_HOST];

/** A service of its own and a browser; `stop` ends both. */
export class ConsoleHost {
  /** What pages did that they should not have: reports of the policy, errors of scripts, requests to other machines. */
  readonly complaints: string[] = [];
  #begun: { service: Service; chromium: Chromium } | null = null;

  /** Makes the token that `api` asks with; the service's own unless it has a provider. */
  adminToken = (): Promise<string> => this.service.token('admin', { scope: ADMIN_SCOPE });

  static async start(options: StartOptions = {}): Promise<ConsoleHost> {
    const host = new ConsoleHost();
    await host.begin(options);
    return host;
  }

  async begin(options: StartOptions): Promise<void> {
    const [service, chromium] = await Promise.all([Service.start(options), Chromium.start()]);
    this.#begun = { service, chromium };
  }

  get service(): Service {
    return this.#running.service;
  }

  get #chromium(): Chromium {
    return this.#running.chromium;
  }

  /** @throws Error before `begin` has succeeded */
  get #running() {
    if (this.#begun === null) throw new Error('The service of the console has not been started.');
    return this.#begun;
  }

  /** A browser's profile of its own: its pages are tabs. */
  profile(options: PageOptions = {}): Promise<BrowserContext> {
    return this.#chromium.profile(options);
  }

  /** A page in a profile of its own, at an address of the console. */
  async open(path = '', options: PageOptions = {}): Promise<Page> {
    return this.openIn(await this.#chromium.profile(options), path);
  }

  async openIn(profile: BrowserContext, path = ''): Promise<Page> {
    const page = await profile.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (/Content Security Policy|TrustedScript|Trusted Type/i.test(text)) this.complaints.push(text);
    });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(http|ws)/.test(protocol) && !HERE.includes(hostname)) this.complaints.push(`asked ${hostname}`);
    });
    await page.goto(path.startsWith('http') ? path : `${this.service.url}/console${path}`);
    return page;
  }

  /** The same, signed in. @param scope what the token allows */
  async signedIn(path = '', { scope = ADMIN_SCOPE, user = 'admin', ...options }: SignedIn = {}): Promise<Page> {
    const page = await this.open(path, options);
    await this.enter(page, { scope, user });
    return page;
  }

  /** Signs in where the page asks for a token. */
  async enter(
    page: Page,
    { scope = ADMIN_SCOPE, user = 'admin' }: Pick<SignedIn, 'scope' | 'user'> = {},
  ): Promise<void> {
    await enterToken(page, await this.service.token(user, { scope }));
    await page.getByRole('navigation').waitFor();
  }

  /** Asks the API as an administrator. @throws Error on any answer that is no success */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.service.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${await this.adminToken()}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Closes all pages: one that stays open polls on, beside the tests that follow. */
  async closeProfiles(): Promise<void> {
    await this.#begun?.chromium.closeProfiles();
  }

  async stop(): Promise<void> {
    await this.#begun?.chromium.stop();
    await this.#begun?.service.stop();
  }

  /** The same, but its stores stay: for a service that is started over them. */
  async end(): Promise<void> {
    await this.#chromium.stop();
    this.service.process.kill('SIGTERM');
    await this.service.ended;
  }
}

interface SignedIn extends PageOptions {
  scope?: string;
  user?: string;
}

/** Pastes a token where the page asks for one. */
export async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
