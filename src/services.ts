/** Builds what flows work with from the bindings, once an invocation: the only place that knows their names. */

import type { Probes } from './flows/check-health.ts';
import type { Services } from './flows/services.ts';
import { objectClient } from './object/client.ts';
import { readSettings, readText } from './settings.ts';
import { r2Blobs } from './stores/blobs.ts';
import { cachedBlobs } from './stores/cached-blobs.ts';
import { edgeCache } from './stores/edge-cache.ts';
import { d1Entries } from './stores/entries.ts';
import { entryLookup } from './stores/entry-lookup.ts';
import { d1Resources } from './stores/resources.ts';
import { syncBuffer } from './stores/sync-buffer.ts';
import { d1SyncRecords } from './stores/sync-records.ts';

/** Services of one invocation; `waitUntil` is its execution context's. @throws Problem `misconfigured` */
export function makeServices(env: Env, waitUntil: (work: Promise<unknown>) => void): Services {
  const settings = readSettings(env);
  const edge = edgeCache();
  const entries = d1Entries(env.DB);
  const syncRecords = d1SyncRecords(env.DB);
  return {
    settings,
    resources: d1Resources(env.DB),
    entries,
    lookup: entryLookup(entries, edge, { entryCacheMs: settings.entryCacheMs, waitUntil }),
    blobs: cachedBlobs(r2Blobs(env.BLOBS), edge, waitUntil),
    syncRecords,
    syncBuffer: syncBuffer(env.SYNC_QUEUE, syncRecords),
    objects: objectClient(env.CACHE_OBJECT),
    secret: (name) => (name.startsWith('ORIGIN_') ? readText(env, name) : undefined),
    waitUntil,
  };
}

/** One harmless call to each store. */
export function makeProbes(env: Env): Probes {
  return {
    d1: () => env.DB.prepare('SELECT 1').first(),
    r2: () => env.BLOBS.head('healthz'),
    object: () => objectClient(env.CACHE_OBJECT).entry('0'.repeat(64)),
  };
}
