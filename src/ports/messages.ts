/** Bodies of the queues' messages. A consumer logs and acknowledges a message that it does not understand. */

import type { RefusedResource } from '../contract/problem.ts';

/**
 * `refresh` and `refresh-slow` queues: a wake-up for one task. The other members are hints that let a consumer find
 * room before it claims.
 */
export interface RefreshMessage {
  taskId: string;
  /** Title of the task's resource. */
  resource?: string;
  /** Host and port of its origin. */
  origin?: string;
  /** Name of its source, if that has limits. */
  gate?: string;
  /** An administrator forces the load: it starts even while its source is closed. */
  force?: boolean;
  /**
   * The last answer or body of the cache, or the answer of a failed attempt, was too large to be loaded in parallel
   * with others.
   */
  heavy?: boolean;
  /** The request that made the task, for log lines. */
  requestId?: string;
}

/** The version of a cache that a device was last given. */
export interface SyncRecord {
  user: string;
  device: string;
  resource: string;
  key: string;
  /** ms since the epoch */
  syncedAt: number;
  version: number;
  /** Last version up to `version` that changed the body; this is the number in the ETag. */
  changed: number;
}

/** A full check: the caches that a device says it holds. */
export interface DeviceCheck {
  user: string;
  device: string;
  /** ms since the epoch */
  at: number;
  /** The first 16 hex digits of the keys. */
  tags: string[];
  /** The tags are added to those of the last full check, as when a device holds more caches than one request may name. */
  adds: boolean;
}

/** A device asked for a resource that it may not have. */
export interface Refusal extends RefusedResource {
  user: string;
  device: string;
  /** The hour of the request: ms since the epoch, a multiple of 3,600,000. */
  hour: number;
}

/**
 * `sync` queue: records of devices and the caches that were read, many in one message. An older release does not send
 * the last two members, and ignores them.
 */
export interface SyncMessage {
  records: SyncRecord[];
  /** Keys that were read, with the hour (ms since the epoch, a multiple of 3,600,000). */
  read: { key: string; hour: number }[];
  checks?: DeviceCheck[];
  refusals?: Refusal[];
}
