/** Bodies of the queues' messages. A consumer logs and acknowledges what it does not understand. */

import type { RefusedResource } from '../contract/problem.ts';

/** `refresh` and `refresh-slow` queues: a wake-up for one task. What it tells besides are hints, by which a consumer finds room before it claims. */
export interface RefreshMessage {
  taskId: string;
  /** Title of the task's resource. */
  resource?: string;
  /** Host and port of its origin. */
  origin?: string;
  /** Name of its source, where that has limits. */
  gate?: string;
  /** An administrator forces the load: it goes past a source that is closed. */
  force?: boolean;
  /** The last answer or body of the cache, or that of a failed attempt, was more than an isolate takes side by side. */
  heavy?: boolean;
  /** Of the client's request that made the task, for log lines. */
  requestId?: string;
}

/** What a device was last given of a cache. */
export interface SyncRecord {
  user: string;
  device: string;
  resource: string;
  key: string;
  /** ms since the epoch */
  syncedAt: number;
  version: number;
  /** Last version up to `version` that changed the body: the number in the ETag. */
  changed: number;
}

/** A full check: which caches a device says that it holds. */
export interface DeviceCheck {
  user: string;
  device: string;
  /** ms since the epoch */
  at: number;
  /** The first 16 hex digits of the keys. */
  tags: string[];
  /** The tags extend those of the last full check, as where a device holds more caches than a request takes. */
  adds: boolean;
}

/** That a device asked for a resource which it may not have. */
export interface Refusal extends RefusedResource {
  user: string;
  device: string;
  /** The hour in which it asked: ms since the epoch, a multiple of 3,600,000. */
  hour: number;
}

/** `sync` queue: what was given and which caches were read, many at once. An older release leaves out the last two members, and ignores them. */
export interface SyncMessage {
  records: SyncRecord[];
  /** Keys read, and the hour (ms since the epoch, a multiple of 3,600,000). */
  read: { key: string; hour: number }[];
  checks?: DeviceCheck[];
  refusals?: Refusal[];
}
