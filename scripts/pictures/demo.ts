/** Makes the demo produce what an operator would look at. */

import { setTimeout as sleep } from 'node:timers/promises';
import { DEVICES } from '../../demo/devices.ts';
import type { Service } from '../lib/started-service.ts';

/** Long enough for several bars if a bar is a minute, ms. */
const BUSY_MS = 5.5 * 60_000;
const PAUSE_MS = 1500;
/** Devices that go away after the start and get no newer versions. */
const AWAY: ReadonlySet<string> = new Set(['phone-1', 'tablet-2']);
/** Caches whose origin refuses requests at the end. */
const REFUSED = [
  { resource_title: 'weather', year: 2014 },
  { resource_title: 'airports', state: 'CA' },
];
const CHANGED = [
  { resource_title: 'cars', year: 1982 },
  { resource_title: 'countries' },
  { resource_title: 'countries', continent: 'Europe' },
  { resource_title: 'boroughs' },
  ...REFUSED,
];

export class Demo {
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Changes rows, refreshes one cache after the other, and reads with the devices that are not away. */
  async beBusy(): Promise<void> {
    const until = Date.now() + BUSY_MS;
    for (let round = 0; Date.now() < until; round++) {
      await this.#control({ changes: round % 3 === 0 ? 0 : 2, delay_ms: 150 });
      const target = CHANGED[round % CHANGED.length] ?? {};
      await this.#ask('cache/refresh/', { method: 'POST', body: JSON.stringify(target) });
      for (const { user, device, reads } of DEVICES.filter((one) => !AWAY.has(one.device))) {
        for (const { resource, parameters } of reads) {
          const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
          await this.#ask(`rpc/${resource}/?${query}`, { headers: { 'X-Device-Id': device } }, user);
        }
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Makes two origins refuse all requests. */
  async fail(): Promise<void> {
    await this.#control({ fail: 401 });
    for (const target of REFUSED) {
      await this.#ask('cache/refresh/', {
        method: 'POST',
        headers: { Prefer: 'wait=30' },
        body: JSON.stringify(target),
      });
    }
    await this.#control({ fail: 0, changes: 0 });
    // The lists of devices and failing caches show changes after several seconds.
    await sleep(2 * PAUSE_MS);
  }

  async #control(order: object): Promise<void> {
    await fetch(`${this.#service.originUrl}/control`, { method: 'POST', body: JSON.stringify(order) });
  }

  async #ask(path: string, init: RequestInit, user = 'alice'): Promise<void> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${await this.#service.token(user, { scope: 'cache:read cache:refresh' })}`);
    headers.set('Content-Type', 'application/json');
    const answer = await fetch(`${this.#service.url}/api/v1/${path}`, { ...init, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}
