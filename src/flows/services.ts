/** What flows work with: stores, the object and the way out, as values; built from `env` once an invocation (src/services.ts). */

import type { Actions } from '../contract/action.ts';
import type { Figures } from '../contract/figures.ts';
import type { LiveHubs } from '../contract/live.ts';
import type { ResourceCounts } from '../contract/resource-counts.ts';
import type { Sources } from '../contract/source.ts';
import type { Metrics } from '../metrics.ts';
import type { Fetch } from '../origin/fetch-origin.ts';
import type { CacheObjectVerbs } from '../ports/object.ts';
import type { SourceGates } from '../ports/source-gate.ts';
import type { Blobs, Entries, EntryLookup, FoldedDeltas, Resources } from '../ports/stores.ts';
import type { SyncBuffer, SyncRecords } from '../ports/sync-store.ts';
import type { WebhookQueue, Webhooks, WebhookWaiting } from '../ports/webhook-stores.ts';
import type { Settings } from '../settings.ts';
import type { RateLimits } from '../stores/rate-limits.ts';
import type { HoldRequests } from './live/held-requests.ts';

/** The services of one invocation. */
export interface Services {
  settings: Settings;
  /** Definitions, in D1 and for up to 30 s in the isolate. */
  resources: Resources;
  /** Definitions of sources, in D1. */
  sources: Sources;
  /** Entries in D1, for administration and the object. */
  entries: Entries;
  /** The entry look-up: edge cache before D1. */
  lookup: EntryLookup;
  /** Bodies in R2, the edge cache before them. */
  blobs: Blobs;
  /** Folded deltas, in the edge cache. */
  foldedDeltas: FoldedDeltas;
  /** What devices were given, in D1. */
  syncRecords: SyncRecords;
  /** Records on their way to the `sync` queue. */
  syncBuffer: SyncBuffer;
  /** The object of a cache key or task id; calls are retried where that is safe. */
  objects: CacheObjectVerbs;
  /** The gates of sources, by name. */
  gates: SourceGates;
  /** The hubs of live sockets. */
  liveHubs: LiveHubs;
  /** Webhooks, in D1; which events they are told of for up to 30 s in the isolate. */
  webhooks: Webhooks;
  /** What administrators changed, in D1. */
  actions: Actions;
  /** How the caches of each resource stand, as they were last counted, in D1. */
  resourceCounts: ResourceCounts;
  /** What waits for webhooks, in D1. */
  webhookWaiting: WebhookWaiting;
  /** Events on their way to webhooks. */
  webhookQueue: WebhookQueue;
  /** How much a user, and all users of a cache, may ask. */
  limits: RateLimits;
  /** Room to hold a request; null: it is answered at once with what is known. */
  hold: HoldRequests;
  /** Figures for the operator. */
  metrics: Metrics;
  /** Where figures can be read; null: nowhere. */
  figures: Figures | null;
  /** The binding of the Worker with this name, by which requests to an origin go; only `VIA_…` are known. */
  via(name: string): Fetch | undefined;
  /** The connection string of the Hyperdrive binding with this name; only `SQL_…` are known. */
  database(name: string): string | undefined;
  /** The secret of the Worker with this name; only names that begin with `ORIGIN_` are ever asked for. */
  secret(name: string): string | undefined;
  /** Keeps the invocation alive for work after the answer. */
  waitUntil(work: Promise<unknown>): void;
}
