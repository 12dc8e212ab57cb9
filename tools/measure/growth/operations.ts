/** The operations that are measured at each size of the fleet. */

import { encodeCursor } from '../../../src/core/cursor.ts';
import { etagOf } from '../../../src/core/etag.ts';
import {
  CACHES_PER_USER,
  CHANGED,
  cacheOf,
  DEVICES_PER_USER,
  deviceOf,
  isStale,
  RESOURCES,
  recordOf,
  SCHEDULED,
  SWEPT,
  titleOf,
} from './fleet.ts';
import type { FleetSite } from './fleet-site.ts';

/** Groups of operations that are shown together. */
export const GROUPS = ['Records', 'Caches', 'Reads and writes', 'Once a minute'] as const;
export type Group = (typeof GROUPS)[number];

export interface Operation {
  group: Group;
  name: string;
  /** Runs the operation once; returns ms. */
  run(site: FleetSite): Promise<number>;
  /** Most rows that it may read, if there is a limit. */
  maxRead?: number;
}

const PAGE = 20;
const LONG_PAGE = 1000;
/** Records, and keys that were read, of one message. */
const RECORDS = 500;
/** Most caches that are kept for a device. */
const CACHES = 1000;
const READS = 100;
const HOUR_MS = 3_600_000;

/** A list, or one item of it, requested by a user of the fleet. */
function get(
  group: Group,
  name: string,
  pathOf: (site: FleetSite) => string,
  more: Pick<Operation, 'maxRead'> = {},
): Operation {
  const run = async (site: FleetSite) => (await site.ask(pathOf(site))).ms;
  return { group, name, run, ...more };
}

const anyTitle = () => titleOf(Math.floor(Math.random() * RESOURCES));
const anyDevice = (site: FleetSite) => deviceOf(Math.floor(site.anyCache() / CACHES_PER_USER), 1);

/** A random place, since the first page would always be in memory. */
function anyRecord(site: FleetSite): string {
  const { user, device, resource, key } = recordOf(site.anyCache(), 0);
  return encodeCursor([user, device, resource, key]);
}
const anyKey = (site: FleetSite) => encodeCursor(['caches', cacheOf(site.anyCache()).key]);

/** A page may read its own rows and three more. */
const ONE_PAGE = { maxRead: PAGE + 3 };
/**
 * One step of the cron's walks: 10,000 entries that are counted, 1,000 devices with the caches of each, and a thousand
 * rows of resources and of the walks themselves.
 */
const WALKED = { maxRead: 10_000 + 1000 * (1 + CACHES_PER_USER / DEVICES_PER_USER) + 1000 };

const LISTS: readonly Operation[] = [
  get('Records', `of a user, ${PAGE}`, () => `cache/?limit=${PAGE}`, ONE_PAGE),
  get('Records', `of a user, ${PAGE}, expanded`, () => `cache/?limit=${PAGE}&expand=resource`, {
    maxRead: 2 * ONE_PAGE.maxRead,
  }),
  get('Records', `of all users, ${PAGE}`, (site) => `cache/?user=*&limit=${PAGE}&cursor=${anyRecord(site)}`, ONE_PAGE),
  get('Records', `of all users, ${LONG_PAGE}`, () => `cache/?user=*&limit=${LONG_PAGE}`, { maxRead: LONG_PAGE + 2 }),
  get('Records', `of a resource, ${PAGE}`, () => `cache/?user=*&resource_title=${anyTitle()}&limit=${PAGE}`, {
    // The devices that it reads.
    maxRead: 1000 + ONE_PAGE.maxRead,
  }),
  get('Records', `of a device, ${PAGE}`, (site) => `cache/?user=*&device=${anyDevice(site)}&limit=${PAGE}`, ONE_PAGE),
  get('Records', 'devices of a user', () => 'devices/'),
  get('Records', 'devices of a user, and their caches', () => 'devices/?expand=caches'),
  get('Caches', `all, ${PAGE}`, (site) => `caches/?limit=${PAGE}&cursor=${anyKey(site)}`, ONE_PAGE),
  get('Caches', `of a resource, ${PAGE}`, () => `caches/?resource_title=${anyTitle()}&limit=${PAGE}`, ONE_PAGE),
  get('Caches', `stale (1 in 10), ${PAGE}`, () => `caches/?state=stale&limit=${PAGE}`),
  get('Caches', `failing (1 in 1,000), ${PAGE}`, () => `caches/?state=failing&limit=${PAGE}`),
  get('Caches', 'one', (site) => `caches/${cacheOf(site.anyCache()).key}/`),
];

/** One question about the first caches of a user that have not expired; none of them has changed. */
function sync(count: number): Operation {
  const run = async (site: FleetSite) => {
    const user = site.anyUser();
    const numbers = Array.from({ length: CACHES_PER_USER }, (_, at) => user * CACHES_PER_USER + at);
    const caches = numbers
      .filter((n) => !isStale(n))
      .slice(0, count)
      .map((n) => {
        const { key, resource } = cacheOf(n);
        return { id: `${n}`, resource_title: resource, parameters: { n }, etag: etagOf(key, CHANGED) };
      });
    return (await site.ask('sync/', { n: user * CACHES_PER_USER, body: { caches } })).ms;
  };
  return { group: 'Reads and writes', name: `sync of ${count} caches, all 304, D1 asked`, run };
}

export const OPERATIONS: readonly Operation[] = [
  ...LISTS,
  sync(10),
  sync(80),
  {
    group: 'Reads and writes',
    name: 'rpc 304, D1 asked',
    async run(site) {
      const n = site.anyFreshCache();
      const { key, resource } = cacheOf(n);
      const headers = { 'If-None-Match': `"${etagOf(key, CHANGED)}"` };
      return (await site.ask(`rpc/${resource}/?n=${n}`, { n, headers, expected: 304 })).ms;
    },
  },
  {
    group: 'Reads and writes',
    name: `${RECORDS} records, ${READS} reads written`,
    async run(site) {
      const now = Date.now();
      const records = Array.from({ length: RECORDS }, () => recordOf(site.anyCache(), now));
      // One hour later each time: a known hour would not be written.
      const hour = now - (now % HOUR_MS) + site.nextUnused('hour') * HOUR_MS;
      const read = records.slice(0, READS).map(({ key }) => ({ key, hour }));
      return (await site.ask('/growth/sync', { body: { records, read } })).ms;
    },
  },
  {
    group: 'Reads and writes',
    name: `${CACHES} caches of one device written`,
    async run(site) {
      const syncedAt = Date.now();
      const records = Array.from({ length: CACHES }, (_, n) => ({
        ...recordOf(n, syncedAt),
        user: 'full',
        device: 'full',
      }));
      return (await site.ask('/growth/sync', { body: { records, read: [] } })).ms;
    },
  },
  {
    group: 'Reads and writes',
    name: 'refresh to SUCCESS',
    async run(site) {
      return site.load(site.anyFreshCache());
    },
  },
  {
    group: 'Reads and writes',
    name: 'a lost device forgotten',
    async run(site) {
      const { user, device } = site.nextIdleDevice();
      const path = `syncs/?user=${user}&device=${device}`;
      return (await site.ask(path, { method: 'DELETE' })).ms;
    },
  },
  {
    group: 'Once a minute',
    name: 'the walks, nothing due',
    async run(site) {
      await site.db
        .prepare('UPDATE resources SET next_run_at = ?1 WHERE title = ?2')
        .bind(Date.now() + HOUR_MS, SCHEDULED)
        .run();
      return (await site.ask('/growth/cron')).ms;
    },
    ...WALKED,
  },
  {
    group: 'Once a minute',
    name: '40 refreshes, 40 sweeps',
    async run(site) {
      await site.db.batch([
        site.db.prepare('UPDATE resources SET next_run_at = 0 WHERE title = ?1').bind(SCHEDULED),
        // Their objects do not know these caches, so they do not change.
        site.db.prepare('UPDATE resources SET purged = number + 1, sweeping = 1 WHERE title = ?1').bind(SWEPT),
      ]);
      return (await site.ask('/growth/cron')).ms;
    },
  },
  // Runs last: reads would load the caches that it expires.
  {
    group: 'Caches',
    name: 'of a resource expired at once',
    async run(site) {
      const path = `caches/?resource_title=${titleOf(0)}&soft=true`;
      return (await site.ask(path, { method: 'DELETE' })).ms;
    },
  },
];
