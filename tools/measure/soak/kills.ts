/**
 * Kills at random times: the real `npm start` under load is killed, with all processes that it started, at random
 * moments, and started again with the same stores. After the last start no client sends requests; then the stores are
 * read from disk.
 */

import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MARGIN_MS } from '../../../src/contract/constants.ts';
import { areGone, descendants } from '../../../test/e2e/support/processes.ts';
import { Service } from '../../../test/e2e/support/service.ts';
import { SlowOrigin } from '../../../test/e2e/support/slow-origin.ts';
import { Api, hasEnded } from '../harness/api.ts';
import { seededRandom } from '../harness/random.ts';
import { ageStores } from './age-stores.ts';
import { checkStores, type StoresReport } from './check-stores.ts';
import { ask, newObserved, type Observed, RESOURCE, read, refresh } from './clients.ts';
import { readStores } from './stores.ts';

export interface KillOptions {
  kills: number;
  seed: number;
  /**
   * At the end the service is off for the time of a lease, twice, with a kill in between, so that the campaign need not
   * wait for leases and lost messages.
   */
  skipsLeases?: boolean;
  /** Called for each step. */
  tell(line: string): void;
}

export interface KillReport extends StoresReport {
  seed: number;
  kills: number;
  /** Kills while the service was starting. */
  killsWhileStarting: number;
  requests: number;
  originRequests: number;
  seconds: number;
}

const CACHES = 8;
const CLIENTS = 6;
const ORIGIN_DELAY_MS = 150;
/** Shortest and longest time under load before a kill, ms, and how often a kill hits a start. */
const LOAD_MS = [400, 3000] as const;
const START_MS = 6000;
const STARTING_SHARE = 0.2;
const TIMEOUT_S = 2;
/** Tasks that a kill interrupted continue after this time. */
const LEASE_MS = TIMEOUT_S * 1000 + LEASE_MARGIN_MS;
/** How often a service stays off before it is started again, and the longest such time: more than a lease. */
const OFF_SHARE = 0.5;
const OFF_MS = 1.5 * LEASE_MS;
const PATIENCE_MS = 240_000;
const POLL_MS = 500;
const ENV = { DEMO: '0', RATE_LIMITS: 'off' };

/** Runs the campaign. @throws Error if the service does not start again or a task does not end */
export async function killCampaign({ kills, seed, skipsLeases = false, tell }: KillOptions): Promise<KillReport> {
  const startedAt = Date.now();
  const random = seededRandom(seed);
  const observed = newObserved();
  const origin = await SlowOrigin.start(ORIGIN_DELAY_MS);
  let service = await Service.start({ env: ENV });
  const { stateDir } = service;
  let killsWhileStarting = 0;
  try {
    await define(service, origin.url);
    for (let kill = 1; kill <= kills; kill += 1) {
      const loadMs = LOAD_MS[0] + random() * (LOAD_MS[1] - LOAD_MS[0]);
      await underLoad(service, observed, random, loadMs);
      tell(`kill ${kill} of ${kills}, ${Math.round(loadMs)} ms under load: ${observed.accepted.size} tasks accepted`);
      if (random() < STARTING_SHARE) {
        const starting = await Service.launch({ env: ENV, stateDir });
        await sleep(random() * START_MS);
        await killAll(starting);
        killsWhileStarting += 1;
        tell(`killed while starting, too`);
      }
      const offMs = random() < OFF_SHARE ? random() * OFF_MS : 0;
      ageStores(stateDir, skipsLeases && kill === kills ? LEASE_MS : offMs);
      service = await Service.start({ env: ENV, stateDir });
    }
    // Leases end at one start. The local queue lost its messages with the process; they are due again at the next
    // start.
    if (skipsLeases) {
      await killAll(service);
      ageStores(stateDir, LEASE_MS);
      service = await Service.start({ env: ENV, stateDir });
    }
    await untilEnded(service, observed, tell);
    await readEach(service, observed);
    service.process.kill('SIGTERM');
    await service.ended;
    const report = checkStores(readStores(stateDir), observed.accepted);
    return {
      seed,
      kills: skipsLeases ? kills + 1 : kills,
      killsWhileStarting,
      requests: observed.requests,
      originRequests: origin.requests.length,
      seconds: Math.round((Date.now() - startedAt) / 1000),
      ...report,
      faults: [...observed.faults, ...report.faults],
    };
  } finally {
    await killAll(service);
    await origin.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function underLoad(service: Service, observed: Observed, random: () => number, ms: number): Promise<void> {
  const stopping = new AbortController();
  const clients = ask(apiOf(service), observed, { clients: CLIENTS, caches: CACHES, random, signal: stopping.signal });
  await sleep(ms);
  await killAll(service);
  stopping.abort();
  await clients;
}

/** Kills npm and all its descendants, at once and without warning. */
export async function killAll({ process: npm, ended }: Service): Promise<void> {
  const pid = npm.pid ?? 0;
  if (npm.exitCode === null && npm.signalCode === null) {
    const all = [pid, ...(await descendants(pid))];
    for (const one of all) kill(one);
    // On a busy machine they need a moment to end, and until then they hold the stores.
    await areGone(all);
  }
  await ended;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has just ended.
  }
}

/** The API of a service that `npm start` has started. */
export function apiOf(service: Service): Api {
  const scope = 'cache:read cache:refresh cache:admin';
  return new Api({ url: service.url, pids: [], token: (user) => service.token(user, { scope }) }, 'soak');
}

function define(service: Service, originUrl: string): Promise<void> {
  return apiOf(service).define(RESOURCE, {
    origin: { url: `${originUrl}/data{?n}`, timeout_s: TIMEOUT_S },
    parameters: { type: 'object', properties: { n: { type: 'integer', default: 0 } } },
    ttl_s: 1,
    retry: { max_attempts: 10, backoff_s: 0.5 },
    retain_versions: 5,
    tables: [{ name: 'items', rows: '/items', columns: ['id', 'path', 'answer'] }],
  });
}

/** Waits until each accepted task has ended by itself. */
async function untilEnded(service: Service, { accepted }: Observed, tell: (line: string) => void): Promise<void> {
  const api = apiOf(service);
  const deadline = Date.now() + PATIENCE_MS;
  let open = [...accepted];
  for (;;) {
    const states = await Promise.all(open.map((taskId) => api.ended(taskId, { patienceMs: 0, waitS: 0 })));
    const left = open.filter((_, at) => !hasEnded(states[at] ?? ''));
    if (left.length !== open.length) tell(`${accepted.size - left.length} of ${accepted.size} tasks have ended`);
    open = left;
    if (open.length === 0) return;
    if (Date.now() > deadline) throw new Error(`tasks do not end: ${open.join(' ')} (${states.join(' ')})`);
    await sleep(POLL_MS);
  }
}

/** Checks that every cache can still be read, and waits for the refreshes that this starts. */
async function readEach(service: Service, observed: Observed): Promise<void> {
  const api = apiOf(service);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for (let n = 0; n < CACHES; n += 1) {
    while ((await read(api, observed, n, 'last', signal)) !== 200) await sleep(POLL_MS);
    await refresh(api, observed, n, signal);
  }
  await untilEnded(service, observed, () => undefined);
}
