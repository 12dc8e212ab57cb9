/** A service for devices that stay live, with an origin whose data changes at each load, and stores that survive a kill. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Ask, jsonOf } from '../../harness/api.ts';
import { answering } from '../../harness/origin.ts';
import { Site } from '../../harness/site.ts';
import { LiveDevice, type LiveService } from './device.ts';

/** Number of devices that open their sockets at once. */
const WIDTH = 50;
const SETTINGS = { LIVE_SOCKETS_PER_USER: '10000' };

export class Stand implements LiveService {
  readonly site: Site;
  readonly statuses: Record<number, number> = {};
  readonly devices: LiveDevice[] = [];

  private constructor(site: Site) {
    this.site = site;
  }

  static async open(script: string): Promise<Stand> {
    let rows = 0;
    const origin = answering(() => {
      rows += 1;
      return JSON.stringify([{ n: rows }]);
    });
    return new Stand(await Site.open({ script, origin, vars: SETTINGS }));
  }

  get url(): string {
    return this.site.url;
  }

  token(user: string): Promise<string> {
    return this.site.token(user);
  }

  /** Defines and loads resources with these titles. */
  async define(...titles: string[]): Promise<void> {
    for (const title of titles) {
      // The time-out is short, since an interrupted load continues only when its lease has expired.
      await this.site.define(title, { tables: [{ name: 't', rows: '', columns: ['n'] }] }, { timeout_s: 2 });
      await this.load(title);
    }
  }

  /** Whether the load, which is waited for, has succeeded; the service may be away, or take longer. */
  load(title: string): Promise<boolean> {
    return this.site.api.refresh(title, {}, { prefer: 'wait=30' }).then(
      ({ state }) => state === 'SUCCESS',
      () => false,
    );
  }

  /** The version that a reader gets now. */
  async versionOf(title: string): Promise<number> {
    const body = { caches: [{ id: title, resource_title: title }], inline_bytes: 0 };
    const { caches } = jsonOf<{ caches: { etag?: string }[] }>(await this.site.api.ask('sync/', { body }));
    return Number(/-v(\d+)$/.exec(caches[0]?.etag ?? '')?.[1]);
  }

  /** Sends the hub a request that only the campaign's Worker has (entry.ts). */
  async hub<Result>(ask: Ask = {}): Promise<Result> {
    return jsonOf<Result>(await this.site.api.ask('/floor/', ask));
  }

  /** Opens this many more devices, each with the caches that `titlesOf` returns, and waits until all are live. */
  async open(
    count: number,
    titlesOf: (number: number) => readonly string[],
    onlyListens = false,
  ): Promise<LiveDevice[]> {
    const first = this.devices.length;
    const opened = Array.from({ length: count }, (_, number) => {
      const user = `user-${first + number}`;
      return new LiveDevice(this, user, titlesOf(first + number), { onlyListens });
    });
    this.devices.push(...opened);
    const waiting = opened.values();
    const lane = async () => {
      for (const device of waiting) await device.live();
    };
    await Promise.all(Array.from({ length: WIDTH }, lane));
    return opened;
  }

  async close(): Promise<void> {
    for (const device of this.devices) device.stop();
    await this.site.stop();
  }
}

/** Waits until `isSo` returns true; false: the time is over. */
export async function until(isSo: () => boolean, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}
