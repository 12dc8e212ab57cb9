/** A measured Worker whose D1 holds a fleet of one size. */

import { LocalWorker } from '../harness/local-worker.ts';
import { type Answer, type Call, send } from './client.ts';
import { define, TableOrigin } from './definitions.ts';
import { fill } from './fill.ts';
import {
  CACHES_PER_USER,
  DEVICES_PER_USER,
  deviceOf,
  isStale,
  RESOURCES,
  SCHEDULED,
  SWEPT,
  titleOf,
  userOf,
} from './fleet.ts';

/** Users that ask, spread over the fleet. */
const USERS = 50;
/** D1 is asked at each read of a cache, and a refresh is held until its task has ended. */
const VARS = { ENTRY_CACHE_MS: '0', REFRESH_WAIT_MS: '30000' };
/** Rows of a refreshed cache. */
const ROWS = 400;

export class FleetSite {
  readonly size: number;
  readonly worker: LocalWorker;
  readonly db: D1Database;
  readonly #origin: TableOrigin;
  readonly #tokens: ReadonlyMap<number, string>;
  readonly #used = new Map<string, number>();

  private constructor(
    size: number,
    parts: { worker: LocalWorker; db: D1Database; origin: TableOrigin; tokens: Map<number, string> },
  ) {
    this.size = size;
    this.worker = parts.worker;
    this.db = parts.db;
    this.#origin = parts.origin;
    this.#tokens = parts.tokens;
  }

  static async start(script: string, size: number): Promise<FleetSite> {
    const worker = await LocalWorker.start({ script, vars: VARS });
    const origin = await TableOrigin.start((n) =>
      JSON.stringify(Array.from({ length: ROWS }, (_, row) => [row, `row ${row} of ${n}`, row])),
    );
    for (let resource = 0; resource < RESOURCES; resource++) {
      await define(worker, origin, titleOf(resource), { scope: resource < RESOURCES / 2 ? 'shared' : 'user' });
    }
    // What was loaded a minute ago is new enough for a schedule: so it costs each cache no more than a call of its object.
    await define(worker, origin, SCHEDULED, { schedule: '* * * * *', refresh_min_s: 86_400 });
    await define(worker, origin, SWEPT);
    const db = await worker.binding<D1Database>('DB');
    const copies = size / CACHES_PER_USER / USERS;
    const users = Array.from({ length: USERS }, (_, at) => at * copies);
    await fill(db, users, copies, Date.now());
    const tokens = new Map<number, string>();
    for (const user of users) tokens.set(user, await worker.token(userOf(user)));
    return new FleetSite(size, { worker, db, origin, tokens });
  }

  /** One of the users, by chance, with the token. */
  anyUser(): { user: number; token: string } {
    const all = [...this.#tokens];
    const [user, token] = all[Math.floor(Math.random() * all.length)] ?? [0, ''];
    return { user, token };
  }

  /** The number of any cache of the users, by chance. */
  anyCache(): number {
    return this.anyUser().user * CACHES_PER_USER + Math.floor(Math.random() * CACHES_PER_USER);
  }

  /** One of the users, by chance, with the token, and the number of any of the user's caches that has not expired. */
  anyFreshCache(): { token: string; n: number } {
    const { user, token } = this.anyUser();
    for (;;) {
      const n = user * CACHES_PER_USER + Math.floor(Math.random() * CACHES_PER_USER);
      if (!isStale(n)) return { token, n };
    }
  }

  /** The next number, from 0, that an operation has not used. */
  nextUnused(operation: string): number {
    const next = this.#used.get(operation) ?? 0;
    this.#used.set(operation, next + 1);
    return next;
  }

  /** A device that does not ask: the next of the users behind those that do. */
  nextIdleDevice(): { user: string; device: string } {
    const at = this.nextUnused('device');
    const user = ([...this.#tokens.keys()][Math.floor(at / DEVICES_PER_USER)] ?? Number.NaN) + 1;
    return { user: userOf(user), device: deviceOf(user, at % DEVICES_PER_USER) };
  }

  send(path: string, call: Call = {}): Promise<Answer> {
    return send(this.worker.url, path, call);
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.#origin.stop();
  }
}
