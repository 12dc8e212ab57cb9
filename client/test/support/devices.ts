/** The environment of tests of devices: a real `npm start`, a real browser, and an app's site on another origin. */

import type { BrowserContext, Page } from 'playwright-core';
import { Chromium, open } from '../../../scripts/browser/chromium.ts';
import { Site } from '../../../scripts/browser/site.ts';
import { Service } from '../../../test/e2e/support/service.ts';
import { devtools } from './controls.ts';
import type { DeviceProfile } from './device-profile.ts';
import { profileOf } from './device-profile.ts';
import { STANDS_STILL } from './moments.ts';
import type * as DevicePage from './pages/device-page.ts';
import type { Opening } from './pages/device-page.ts';

declare const device: typeof DevicePage;

export type DeviceTab = Page;

/** How a resource of the tests is made: some rows of the demo's airports differ at each load. */
export interface Defined {
  /** Rows that differ at each load. */
  changes?: number;
  /** Another origin, and where its rows are. */
  origin?: { url: string; table: { name: string; rows: string; columns: string[] } };
}

/** A version that the service has. */
export interface ServiceVersion {
  version: number;
  etag: string;
  hash: string;
}

export class Devices {
  readonly service: Service;
  readonly chromium: Chromium;
  readonly site: Site;
  /** Versions that the service had, by cache. */
  readonly versions = new Map<string, Map<number, ServiceVersion>>();
  readonly #profiles: BrowserContext[] = [];

  private constructor(service: Service, chromium: Chromium, site: Site) {
    this.service = service;
    this.chromium = chromium;
    this.site = site;
  }

  static async start({ flags = [] }: { flags?: readonly string[] } = {}): Promise<Devices> {
    const [service, chromium, site] = await Promise.all([
      Service.start({ env: { RATE_LIMITS: 'off' } }),
      Chromium.start({ flags }),
      Site.start({
        modules: {
          device: 'client/test/support/pages/device-page.ts',
          checkworker: 'client/test/support/pages/check-worker.ts',
        },
      }),
    ]);
    return new Devices(service, chromium, site);
  }

  async stop(): Promise<void> {
    await this.chromium.stop();
    await Promise.all([this.site.stop(), this.service.stop()]);
  }

  /** Closes what a test has opened. */
  async clear(): Promise<void> {
    await Promise.all(this.#profiles.splice(0).map((profile) => profile.close()));
  }

  /** The profile of a device. What its tabs ask of the service is noted. */
  async profile(): Promise<DeviceProfile> {
    const context = await this.chromium.profile();
    this.#profiles.push(context);
    return profileOf(context);
  }

  /** A tab of the app, with a client. @param more what differs from a client of alice that asks when told */
  async tab(profile: DeviceProfile, more: Partial<Opening> = {}, url = this.site.url): Promise<DeviceTab> {
    const page = await this.page(profile, url);
    await this.openClient(page, more);
    return page;
  }

  /** A tab without a client. */
  page({ context }: DeviceProfile, url = this.site.url): Promise<DeviceTab> {
    return open(context, url);
  }

  async openClient(page: DeviceTab, more: Partial<Opening> = {}): Promise<void> {
    const given: Opening = {
      url: `${this.service.url}/api/v1`,
      user: 'alice',
      tokens: more.tokens ?? [await this.service.token('alice')],
      live: 'off',
      ...more,
    };
    await page.evaluate((opening) => device.open(opening), given);
  }

  /** Makes a resource, and its first version. */
  async define(title: string, { changes = 3, origin }: Defined = {}): Promise<void> {
    const definition = {
      origin: { url: origin?.url ?? `${this.service.originUrl}/airports?changes=${changes}` },
      ttl_s: 3600,
      ...(origin === undefined ? { format: 'csv' } : {}),
      tables: [origin?.table ?? { name: 'airports', columns: ['iata', 'name', 'city', 'state', 'open_findings'] }],
    };
    const admin = { scope: 'cache:admin', method: 'PUT', body: JSON.stringify(definition) };
    const answer = await this.call('admin', `resources/${title}/`, admin);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    this.versions.set(title, new Map());
    await this.call('alice', `rpc/${title}/`, { headers: { Prefer: 'wait=30' } });
    await this.note(title);
  }

  /** Has the service load the next version, as somebody else on another device would. */
  async change(title: string): Promise<ServiceVersion> {
    const body = JSON.stringify({ resource_title: title });
    const answer = await this.call('bob', 'cache/refresh/', { method: 'POST', body, headers: { Prefer: 'wait=30' } });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return this.note(title);
  }

  /** Notes the version that the service has. */
  async note(title: string): Promise<ServiceVersion> {
    const answer = await this.call('alice', `rpc/${title}/`, { headers: { 'Cache-Control': 'no-cache' } });
    await answer.arrayBuffer();
    const etag = (answer.headers.get('ETag') ?? '').replace(/^W\/|"/g, '');
    const version = Number(/-v(\d+)$/.exec(etag)?.[1]);
    const known = { version, etag, hash: answer.headers.get('Cache-Hash-Value') ?? '' };
    this.versions.get(title)?.set(version, known);
    return known;
  }

  /** What is wrong with a version that a device has; null: the service had it, and these are its rows. */
  fault(title: string, { version, hash }: { version: number | null; hash: string | null }): string | null {
    const known = this.versions.get(title)?.get(version ?? Number.NaN);
    if (known === undefined) return `${title} never had version ${version}`;
    return known.hash === hash ? null : `${title} has other rows at version ${version}`;
  }

  async call(user: string, path: string, { scope, ...init }: RequestInit & { scope?: string } = {}): Promise<Response> {
    const token = await this.service.token(user, scope === undefined ? {} : { scope });
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...init.headers };
    return fetch(`${this.service.url}/api/v1/${path}`, { ...init, headers });
  }
}

/** Has a tab stand still at one of the next moments (pages/device-page.ts); `moment` is then its name. */
export async function standStill(page: DeviceTab, count: number): Promise<{ moment: Promise<string> }> {
  const watched = await watchStill(page);
  await page.evaluate((moments) => device.stopAfter(moments), count);
  return watched;
}

/** The same for a tab that will be told. */
export async function watchStill(page: DeviceTab): Promise<{ moment: Promise<string> }> {
  // A stopped tab accepts no new session, which is needed to kill it.
  await devtools(page);
  const moment = new Promise<string>((resolve) => {
    page.on('console', (message) => {
      if (message.text().startsWith(STANDS_STILL)) resolve(message.text().slice(STANDS_STILL.length));
    });
  });
  return { moment };
}
