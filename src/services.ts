/** Builds the services that flows use from the bindings, once an invocation. No other file knows the names of the bindings. */

import type { Figures } from './contract/figures.ts';
import { heldRequests, holdsOf, MAX_HELD } from './flows/live/held-requests.ts';
import type { Services } from './flows/services.ts';
import type { Probes } from './flows/upkeep/check-health.ts';
import { figuresOfIsolate } from './kept-figures.ts';
import { sampleInfo } from './log.ts';
import { bothMetrics, datasetMetrics, type Metrics } from './metrics.ts';
import { objectClient } from './object/client.ts';
import { sourceGates } from './object/gate-client.ts';
import { liveHubs } from './object/hub-client.ts';
import type { Fetch } from './ports/network.ts';
import { oncePerEnv, readSettings, readText, type Settings } from './settings.ts';
import { d1Actions } from './stores/actions.ts';
import { r2Blobs } from './stores/blobs.ts';
import { cachedBlobs } from './stores/cached-blobs.ts';
import { entriesIn, resourceCountsIn, resourcesIn, sourcesIn, syncRecordsIn } from './stores/databases.ts';
import { edgeCache, keepsAtEdge, NO_EDGE_CACHE } from './stores/edge-cache.ts';
import { entryLookup } from './stores/entry-lookup.ts';
import { foldedDeltas } from './stores/folded-deltas.ts';
import { type Limit, noLimits, rateLimits } from './stores/rate-limits.ts';
import { type FiguresBinding, type SqlFiguresOptions, sqlFigures } from './stores/sql-figures.ts';
import { syncBuffer } from './stores/sync-buffer.ts';
import { d1WebhookWaiting } from './stores/webhook-waiting.ts';
import { d1Webhooks } from './stores/webhooks.ts';

/** Services that all invocations of an isolate share. @throws Problem `misconfigured` */
const sharedServices = oncePerEnv((env: Env) => {
  const settings = readSettings(env);
  sampleInfo(settings.logSample);
  const metrics = metricsOf(env);
  const onRefused = (limit: Limit) => metrics.write('rate_limited', { limit }, {});
  return {
    settings,
    resources: resourcesIn(env, settings.entryShards),
    sources: sourcesIn(env, settings.entryShards),
    entries: entriesIn(env, settings.entryShards),
    syncRecords: syncRecordsIn(env, settings.syncShards, { maxDevices: settings.maxDevicesPerUser }),
    webhooks: d1Webhooks(env.DB),
    actions: d1Actions(env.DB),
    resourceCounts: resourceCountsIn(env, settings.entryShards),
    webhookWaiting: d1WebhookWaiting(env.DB),
    webhookQueue: env.WEBHOOK_QUEUE,
    limits: settings.rateLimits ? rateLimits(env, { onRefused }) : noLimits,
    hold: holdsOf(heldRequests, { heldPerUser: settings.rateLimits ? settings.heldPerUser : MAX_HELD, metrics }),
    metrics,
    via: (name: string) => fetcherOf(env, name),
    database: (name: string) => connectionStringOf(env, name),
    secret: (name: string) => (name.startsWith('ORIGIN_') ? readText(env, name) : undefined),
  };
});

/** The binding through which a source's requests go. Allowed: names that begin with `VIA_`, of bindings that have `fetch()`. */
function fetcherOf(env: object, name: string): Fetch | undefined {
  const binding = name.startsWith('VIA_') ? (env as { readonly [name: string]: Partial<Fetcher> })[name] : undefined;
  return binding?.fetch === undefined ? undefined : (url, init) => (binding as Fetcher).fetch(url, init);
}

/** The connection string of a source's database. Allowed: names that begin with `SQL_`, of Hyperdrive bindings. */
function connectionStringOf(env: object, name: string): string | undefined {
  const binding = name.startsWith('SQL_') ? (env as { readonly [name: string]: Partial<Hyperdrive> })[name] : undefined;
  return typeof binding === 'object' ? binding.connectionString : undefined;
}

/** The request that an invocation answers. */
export interface AnsweredRequest {
  url: string;
  requestId: string;
}

/**
 * Services of one invocation; `waitUntil` is its execution context's. Queues and cron have no request, so they know no
 * host and use no edge cache: locations see their changes once the copies at the edge have expired.
 *
 * @throws Problem `misconfigured`
 */
export function makeServices(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
  request?: AnsweredRequest,
): Services {
  const shared = sharedServices(env);
  const { settings, entries, syncRecords } = shared;
  const edge = request === undefined ? NO_EDGE_CACHE : edgeCache(request.url);
  return {
    ...shared,
    lookup: entryLookup(entries, edge, {
      entryCacheMs: settings.entryCacheMs,
      readReplicas: settings.readReplicas,
      waitUntil,
    }),
    blobs: cachedBlobs(r2Blobs(env.BLOBS), edge, waitUntil),
    figures: figuresOf(env, settings, { edge, waitUntil }),
    foldedDeltas: foldedDeltas(edge, waitUntil),
    syncBuffer: syncBuffer(env.SYNC_QUEUE, syncRecords, { resolutionMs: settings.syncResolutionMs }),
    objects: objectClient(env.CACHE_OBJECT, request?.requestId),
    gates: sourceGates(env.SOURCE_GATE),
    liveHubs: liveHubs(env.LIVE_HUB),
    waitUntil,
  };
}

/** Without Analytics Engine, wrangler.toml leaves the binding out, and figures go to no dataset. */
export function metricsOf(env: Partial<Pick<Env, 'METRICS' | 'KEEP_FIGURES'>>): Metrics {
  const metrics = datasetMetrics(env.METRICS);
  // Read before the settings are checked: requests are counted even if a setting is wrong.
  return readText(env, 'KEEP_FIGURES') === 'on' ? bothMetrics(metrics, figuresOfIsolate) : metrics;
}

/** Where figures can be read; null: they cannot be read. */
function figuresOf(
  { ANALYTICS_SQL: binding }: Env & { ANALYTICS_SQL?: FiguresBinding },
  { figuresDataset: dataset, keepFigures }: Settings,
  at: Omit<SqlFiguresOptions, 'dataset'>,
): Figures | null {
  if (binding !== undefined) return sqlFigures(binding, { ...at, dataset });
  return keepFigures ? figuresOfIsolate : null;
}

/** One harmless call to each store, to each bound database, and to the edge cache of the request's host. */
export function makeProbes(env: Env, requestUrl: string): Omit<Probes, 'misconfigured'> {
  const databases = Object.entries(env).filter(([name]) => /^DB(_\d+)?$/.test(name));
  return {
    stores: {
      ...Object.fromEntries(
        databases.map(([name, db]) => [name.replace('DB', 'd1'), () => (db as D1Database).prepare('SELECT 1').first()]),
      ),
      r2: () => env.BLOBS.head('healthz'),
      object: () => objectClient(env.CACHE_OBJECT).entry('0'.repeat(64)),
    },
    edgeKeeps: () => keepsAtEdge(edgeCache(requestUrl)),
  };
}
