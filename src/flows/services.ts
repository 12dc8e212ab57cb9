/**
 * The stores, the objects and the connections to other systems that flows use, as values. Built from `env` once per
 * invocation (src/services.ts).
 */

import type { Actions } from '../contract/action.ts';
import type { Figures } from '../contract/figures.ts';
import type { LiveHubs } from '../contract/live.ts';
import type { ResourceCounts } from '../contract/resource-counts.ts';
import type { Sources } from '../contract/source.ts';
import type { Metrics } from '../metrics.ts';
import type { Blobs, FoldedDeltas } from '../ports/blobs.ts';
import type { Fetch } from '../ports/network.ts';
import type { CacheObjectVerbs } from '../ports/object.ts';
import type { SourceGates } from '../ports/source-gate.ts';
import type { Entries, EntryLookup, Resources } from '../ports/stores.ts';
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
  /** The entry look-up: edge cache, then D1. */
  lookup: EntryLookup;
  /** Bodies in R2, behind the edge cache. */
  blobs: Blobs;
  /** Folded deltas, in the edge cache. */
  foldedDeltas: FoldedDeltas;
  /** Which versions devices were given, in D1. */
  syncRecords: SyncRecords;
  /** Records to be sent to the `sync` queue. */
  syncBuffer: SyncBuffer;
  /** The object of a cache key or task id. Calls are retried if that is safe. */
  objects: CacheObjectVerbs;
  /** The gates of sources, by name. */
  gates: SourceGates;
  /** The hubs of live sockets. */
  liveHubs: LiveHubs;
  /** Webhooks in D1. The isolate remembers for up to 30 s which events each one gets. */
  webhooks: Webhooks;
  /** Changes by administrators, in D1. */
  actions: Actions;
  /** The state of the caches of each resource, as last counted, in D1. */
  resourceCounts: ResourceCounts;
  /** Events that wait for webhooks, in D1. */
  webhookWaiting: WebhookWaiting;
  /** Events to be sent to webhooks. */
  webhookQueue: WebhookQueue;
  /** Rate limits of a user, and of all users of a cache. */
  limits: RateLimits;
  /** Takes room to hold a request; null: answer at once with what is known. */
  hold: HoldRequests;
  /** Figures for the operator. */
  metrics: Metrics;
  /** Reads figures; null if there is no way to read them. */
  figures: Figures | null;
  /** The Worker's binding with this name, which sends requests to an origin; only `VIA_…` are known. */
  via(name: string): Fetch | undefined;
  /** The connection string of the Hyperdrive binding with this name; only `SQL_…` are known. */
  database(name: string): string | undefined;
  /** The Worker's secret with this name; only names that start with `ORIGIN_` are ever requested. */
  secret(name: string): string | undefined;
  /** Keeps the invocation alive for work after the answer. */
  waitUntil(work: Promise<unknown>): void;
}
