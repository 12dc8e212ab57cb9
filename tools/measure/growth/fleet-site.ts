/** A measured Worker with a fleet of one size in its D1. */

import { type Answer, type Ask, jsonOf } from '../harness/api.ts';
import { answering } from '../harness/origin.ts';
import { NUMBERED, Site } from '../harness/site.ts';
import type { Counted } from './counting-entry.ts';
import { fill } from './fill.ts';
import {
  CACHES_PER_USER,
  cacheOf,
  DEVICES_PER_USER,
  deviceOf,
  isStale,
  RESOURCES,
  SCHEDULED,
  SWEPT,
  titleOf,
  userOf,
} from './fleet.ts';

/** Number of users that send requests, spread over the fleet. */
const USERS = 50;
/** Each read of a cache asks D1, and a refresh is held until its task has ended. */
const VARS = { ENTRY_CACHE_MS: '0', REFRESH_WAIT_MS: '30000' };
/** Rows of a refreshed cache. */
const ROWS = 400;

/** Table of the resources of fleets and of growing tables. */
export const TABLE = { name: 'items', rows: '', columns: ['id', 'name', 'changed'] };

export class FleetSite {
  readonly size: number;
  readonly db: D1Database;
  readonly #site: Site;
  readonly #users: readonly number[];
  readonly #used = new Map<string, number>();

  private constructor(size: number, site: Site, db: D1Database, users: readonly number[]) {
    this.size = size;
    this.#site = site;
    this.db = db;
    this.#users = users;
  }

  static async start(script: string, size: number): Promise<FleetSite> {
    const origin = answering(({ searchParams }) => {
      const rows = Array.from({ length: ROWS }, (_, row) => [row, `row ${row} of ${searchParams.get('n')}`, row]);
      return JSON.stringify(rows);
    });
    const site = await Site.open({ script, vars: VARS, origin });
    const define = (title: string, more: object) =>
      site.define(title, { parameters: NUMBERED, tables: [TABLE], ...more }, { query: '{?n}' });
    for (let resource = 0; resource < RESOURCES; resource++) {
      await define(titleOf(resource), { scope: resource < RESOURCES / 2 ? 'shared' : 'user' });
    }
    // A load of a minute ago is recent enough for the schedule, so each cache costs only a call of its object.
    await define(SCHEDULED, { schedule: '* * * * *', refresh_min_s: 86_400 });
    await define(SWEPT, {});
    const db = await site.binding<D1Database>('DB');
    const copies = size / CACHES_PER_USER / USERS;
    const users = Array.from({ length: USERS }, (_, at) => at * copies);
    await fill(db, users, copies, Date.now());
    return new FleetSite(size, site, db, users);
  }

  /** A random user. */
  anyUser(): number {
    return this.#users[Math.floor(Math.random() * USERS)] ?? 0;
  }

  /** The number of a random cache of a user. */
  anyCache(user = this.anyUser()): number {
    return user * CACHES_PER_USER + Math.floor(Math.random() * CACHES_PER_USER);
  }

  /** The number of a random cache of the users that has not expired. */
  anyFreshCache(): number {
    for (;;) {
      const n = this.anyCache();
      if (!isStale(n)) return n;
    }
  }

  /** The next number, from 0, that this operation has not used. */
  nextUnused(operation: string): number {
    const next = this.#used.get(operation) ?? 0;
    this.#used.set(operation, next + 1);
    return next;
  }

  /** A device that sends no requests: of the next user after those that do. */
  nextIdleDevice(): { user: string; device: string } {
    const at = this.nextUnused('device');
    const user = (this.#users[Math.floor(at / DEVICES_PER_USER)] ?? Number.NaN) + 1;
    return { user: userOf(user), device: deviceOf(user, at % DEVICES_PER_USER) };
  }

  /** Sends a request as a random user, or as the user of cache `n`. */
  ask(path: string, { n, ...ask }: Ask & { n?: number } = {}): Promise<Answer> {
    return this.#site.api.ask(path, { user: this.#userOf(n), ...ask });
  }

  /** Loads a cache; returns ms. */
  load(n: number): Promise<number> {
    return this.#site.api.load(cacheOf(n).resource, { n }, { user: this.#userOf(n) });
  }

  /** Returns the counts since the last call. */
  async takeCounted(): Promise<Counted> {
    return jsonOf<Counted>(await this.ask('/growth/counted'));
  }

  stop(): Promise<void> {
    return this.#site.stop();
  }

  #userOf(n?: number): string {
    return userOf(n === undefined ? this.anyUser() : Math.floor(n / CACHES_PER_USER));
  }
}
