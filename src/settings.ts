/**
 * Settings: reads `env` once into checked values with units. A bad value throws a `misconfigured` problem that names
 * the setting.
 */

import { Problem } from './contract/problem.ts';
import { hostPatternFault } from './core/host-pattern.ts';
import type { Shards } from './core/shards.ts';

/** The checked settings of the service. */
export interface Settings {
  /** How long a refresh is held until its task ends, ms. */
  refreshWaitMs: number;
  /** How long loads may continue after the handler of their queue has returned, ms. */
  waitUntilMs: number;
  /** How long a location treats a looked-up entry as current, ms. */
  entryCacheMs: number;
  /** Host patterns that origins may have; empty: any https host that is a name. */
  originHosts: readonly string[];
  /** What happens to an answer that says that it is incomplete: the load fails, or is committed with warnings. */
  partialAnswers: 'fail' | 'warn';
  /** Records of devices older than this are dropped, days. */
  syncRetentionDays: number;
  /** Records of administrators' actions older than this are dropped, days. */
  actionsRetentionDays: number;
  /** How soon `/sync/` records an unchanged cache of a device again, ms; 0: at each request. */
  syncResolutionMs: number;
  /** Most devices of one user for which records are kept. */
  maxDevicesPerUser: number;
  /** Caches that were not read for this time are purged, days; 0: never. */
  evictUnreadDays: number;
  /** Whether look-ups may read a replica of D1 that is nearer than the primary. */
  readReplicas: boolean;
  /** The number of databases that hold the records of devices. */
  syncShards: Shards;
  /** The number of databases that hold entries. */
  entryShards: Shards;
  /** The number of hubs that hold live sockets. */
  liveShards: Shards;
  /** Most live sockets of one user. */
  liveSocketsPerUser: number;
  /** Most requests of one user that an isolate holds at the same time: waits and event streams. */
  heldPerUser: number;
  /** Share of `info` lines that are written, 0-1. */
  logSample: number;
  /** Name of the Analytics Engine dataset that figures are written to. */
  figuresDataset: string;
  /** Whether the last hour's figures are kept in the isolate. */
  keepFigures: boolean;
  /** Whether users and caches are rate-limited; `off` is for tests and measurements. */
  rateLimits: boolean;
}

/** The default: one database. */
const UNSHARDED: Shards = { now: 1, before: 1 };
const MAX_SHARDS = 64;

type Vars = Readonly<Record<string, unknown>>;

/**
 * Runs `work` once for each env and keeps the result: the bindings and settings of an isolate are one object that never
 * changes. If `work` throws, the next call runs it again.
 */
export function oncePerEnv<E extends object, T>(work: (env: E) => T): (env: E) => T {
  const known = new WeakMap<E, { result: T }>();
  return (env) => {
    const before = known.get(env);
    if (before !== undefined) return before.result;
    const result = work(env);
    known.set(env, { result });
    return result;
  };
}

/** @throws Problem `misconfigured`, naming the setting */
export const readSettings = oncePerEnv((env: object): Settings => {
  const vars = env as Vars;
  return {
    refreshWaitMs: readInteger(vars, 'REFRESH_WAIT_MS', 1000, 0, 30_000),
    waitUntilMs: readInteger(vars, 'WAIT_UNTIL_MS', 25_000, 0, 3_600_000),
    entryCacheMs: readInteger(vars, 'ENTRY_CACHE_MS', 1000, 0, 60_000),
    originHosts: hosts(vars, 'ORIGIN_HOSTS'),
    partialAnswers: oneOf(vars, 'PARTIAL_ANSWERS', ['fail', 'warn']),
    syncRetentionDays: readInteger(vars, 'SYNC_RETENTION_DAYS', 400, 1, 36_500),
    actionsRetentionDays: readInteger(vars, 'ACTIONS_RETENTION_DAYS', 400, 1, 36_500),
    syncResolutionMs: 1000 * readInteger(vars, 'SYNC_RESOLUTION_S', 60, 0, 86_400),
    maxDevicesPerUser: readInteger(vars, 'MAX_DEVICES_PER_USER', 1000, 1, 100_000),
    evictUnreadDays: readInteger(vars, 'EVICT_UNREAD_DAYS', 90, 0, 36_500),
    readReplicas: readInteger(vars, 'READ_REPLICAS', 0, 0, 1) === 1,
    syncShards: shards(vars, 'SYNC_SHARDS'),
    entryShards: shards(vars, 'ENTRY_SHARDS'),
    liveShards: counts(vars, 'LIVE_SHARDS'),
    liveSocketsPerUser: readInteger(vars, 'LIVE_SOCKETS_PER_USER', 200, 1, 10_000),
    heldPerUser: readInteger(vars, 'HELD_PER_USER', 100, 1, 1500),
    logSample: share(vars, 'LOG_SAMPLE', 0.01),
    figuresDataset: datasetName(vars, 'FIGURES_DATASET'),
    keepFigures: oneOf(vars, 'KEEP_FIGURES', ['off', 'on']) === 'on',
    rateLimits: oneOf(vars, 'RATE_LIMITS', ['on', 'off']) === 'on',
  };
});

/** Value of a setting or secret; undefined when absent or empty. */
export function readText(env: object, name: string): string | undefined {
  const value = (env as Vars)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A whole number from `min` to `max`. @throws Problem `misconfigured`, naming the setting */
export function readInteger(vars: Vars, name: string, usual: number, min: number, max: number): number {
  const text = readText(vars, name);
  if (text === undefined) return usual;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Problem('misconfigured', `The setting ${name} must be a whole number from ${min} to ${max}.`);
  }
  return value;
}

function share(vars: Vars, name: string, usual: number): number {
  const text = readText(vars, name);
  const value = text === undefined ? usual : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new Problem('misconfigured', `The setting ${name} must be a number from 0 to 1.`);
}

/** Binding of a D1 database, by its number from 0. */
export function databaseName(shard: number): string {
  return shard === 0 ? 'DB' : `DB_${shard}`;
}

/** `<now>` or `<now>,<before>`. */
function counts(vars: Vars, name: string): Shards {
  const text = readText(vars, name);
  if (text === undefined || text === '1') return UNSHARDED;
  const [now = 0, before = now, ...more] = text.split(',').map(Number);
  if (more.length > 0 || ![now, before].every((count) => Number.isInteger(count) && count > 0 && count <= MAX_SHARDS)) {
    throw new Problem('misconfigured', `The setting ${name} must be one or two whole numbers from 1 to ${MAX_SHARDS}.`);
  }
  return { now, before };
}

/** The same for databases, all of which must be bound. */
function shards(vars: Vars, name: string): Shards {
  const { now, before } = counts(vars, name);
  for (let shard = 1; shard < Math.max(now, before); shard++) {
    if (vars[databaseName(shard)] !== undefined) continue;
    throw new Problem('misconfigured', `The setting ${name} needs the D1 binding ${databaseName(shard)}.`);
  }
  return { now, before };
}

/** One of some words; the first is the default. */
function oneOf<Word extends string>(vars: Vars, name: string, words: readonly [Word, ...Word[]]): Word {
  const text = readText(vars, name);
  const word = text === undefined ? words[0] : words.find((known) => known === text);
  if (word === undefined) throw new Problem('misconfigured', `The setting ${name} must be ${words.join(' or ')}.`);
  return word;
}

/** The name becomes part of SQL statements, which take no parameter for it; hence the strict pattern. */
function datasetName(vars: Vars, name: string): string {
  const text = readText(vars, name) ?? 'freshet';
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new Problem('misconfigured', `The setting ${name} must be the name of a dataset: letters, digits, _ and -.`);
}

/** Host patterns, comma-separated; in lower case. */
function hosts(vars: Vars, name: string): string[] {
  const patterns = (readText(vars, name) ?? '')
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
  for (const [at, pattern] of patterns.entries()) {
    const fault = hostPatternFault(pattern);
    if (fault === null) continue;
    // The pattern itself is not quoted: anybody may read this message at /healthz.
    throw new Problem(
      'misconfigured',
      `The setting ${name} must be hosts, comma-separated, such as erp.example.com, *.example.com or 10.0.0.7:8080; number ${at + 1} of them ${fault}.`,
    );
  }
  return patterns;
}
