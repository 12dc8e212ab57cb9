/**
 * One delivery of a refresh task (DESIGN "A refresh, step by step", points 3 to 5): claim, load, commit or fail. It never
 * removes anything from R2: only the object knows what is still named. Whatever is cut short here, the lease ends.
 */

import type { CommitAnswer, CommitRequest, Lease } from '../contract/object.ts';
import { LoadFailure, Problem, taskError } from '../contract/problem.ts';
import { spreadTtlMs } from '../core/freshness.ts';
import { log, withLogFields } from '../log.ts';
import type { Fetch } from '../origin/fetch-origin.ts';
import { sleep } from '../waiting.ts';
import { announceCache } from './announce-cache.ts';
import { deadline } from './deadline.ts';
import { loadableResource, loadCache } from './load-cache.ts';
import { type LoadSlot, type LoadSlots, loadSlots } from './load-slots.ts';
import type { Services } from './services.ts';

/** A wake-up for a task. */
export interface Delivery {
  taskId: string;
  /** The same for each try of the same delivery. */
  deliveryId: string;
  /** Title of the task's resource, if the message names it. */
  resource?: string | undefined;
}

/** What becomes of the message. */
export type Disposition = { ack: true } | { ack: false; delayS: number };

/** How a delivery is dealt with; what is left out is as usual. */
export interface RunOptions {
  fetch?: Fetch;
  /** From 0 up to 1. */
  random?: () => number;
  slots?: LoadSlots;
  /** How long room for the load is waited for before it is claimed, ms. */
  roomMs?: number;
  /** Is told of the lease as soon as there is one, and when it ends by the consumer's clock, ms since the epoch. */
  onLease?: (lease: Lease, until: number) => void;
}

/** Room for loads that run, and answers that the object has still to give, are soon there. */
const SOON_S = 1;
/** The object or D1 had a fault, or a release is being rolled out. */
const LATER_S = 10;
const COMMIT_TRIES = 3;
const COMMIT_PAUSE_MS = 500;

/** What of the services a delivery works with. */
export type RefreshServices = Pick<
  Services,
  'blobs' | 'entries' | 'objects' | 'resources' | 'secret' | 'settings' | 'metrics'
>;

/** Never throws: a message that could not be dealt with comes again. */
export async function runRefresh(
  services: RefreshServices,
  delivery: Delivery,
  options: RunOptions = {},
): Promise<Disposition> {
  let slot: LoadSlot | null = null;
  try {
    slot = await (options.slots ?? loadSlots).enter(delivery.resource, Date.now() + (options.roomMs ?? 2000));
    if (slot === null) return later(SOON_S);
    return await claimAndLoad(services, delivery, slot, options);
  } catch (error) {
    log('error', 'refresh.fault', { task_id: delivery.taskId, error });
    return later(LATER_S);
  } finally {
    slot?.release();
  }
}

async function claimAndLoad(
  services: RefreshServices,
  { taskId, deliveryId }: Delivery,
  slot: LoadSlot,
  { fetch = (url, init) => globalThis.fetch(url, init), random = Math.random, onLease }: RunOptions,
): Promise<Disposition> {
  // The lease is a duration that counts from before it was asked for, so that the load always stops first.
  const startedAt = Date.now();
  const answer = await services.objects.claim({ taskId, deliveryId });
  switch (answer.outcome) {
    case 'ended':
      return { ack: true };
    case 'not_due':
      return laterMs(answer.delayMs);
    case 'unavailable':
      return later(LATER_S);
    case 'leased':
  }
  const { lease } = answer;
  const until = startedAt + lease.leaseMs;
  slot.keepUntil(until);
  onLease?.(lease, until);
  const { key, resource } = lease.cache;
  return withLogFields({ key, resource }, () => loadAndCommit(services, lease, startedAt, { fetch, random, slot }));
}

async function loadAndCommit(
  services: RefreshServices,
  lease: Lease,
  startedAt: number,
  { fetch, random, slot }: { fetch: Fetch; random: () => number; slot: LoadSlot },
): Promise<Disposition> {
  const progress: Progress = { bytes: 0, rowsChanged: 0 };
  const tell = (outcome: string) => {
    const { bytes, rowsChanged } = progress;
    const figures = { ms: Date.now() - startedAt, bytes, rows_changed: rowsChanged, attempt: lease.attempt };
    services.metrics.write('load', { resource: lease.cache.resource, outcome }, figures);
  };
  try {
    const request = await load(services, lease, startedAt, { fetch, random, slot, progress });
    const answer = await commit(services, request);
    tell(answer.outcome !== 'committed' ? answer.outcome : request.change === null ? 'same' : 'changed');
    return settle(answer, lease);
  } catch (error) {
    if (error instanceof CommitFault) {
      tell('unanswered');
      throw error;
    }
    const failure = asFailure(error);
    tell(failure.code);
    return fail(services, lease, progress.number, failure);
  }
}

/** How far a load got. */
interface Progress {
  /** Number of the definition that it goes by. */
  number?: number;
  /** Size of the new body, and rows that it adds and drops. */
  bytes: number;
  rowsChanged: number;
}

async function load(
  services: RefreshServices,
  lease: Lease,
  startedAt: number,
  { fetch, random, slot, progress }: { fetch: Fetch; random: () => number; slot: LoadSlot; progress: Progress },
): Promise<CommitRequest> {
  using reading = deadline(startedAt + lease.timeoutMs, timeout(lease.timeoutMs));
  const resource = loadableResource(await reading.hold(services.resources.read(lease.cache.resource)), lease);
  progress.number = resource.number;
  if (lease.previous === null) await reading.hold(announceCache(services.entries, lease.cache, resource.number));
  const { definition, number } = resource;
  const timeoutMs = Math.min(lease.timeoutMs, definition.origin.timeout_s * 1000);
  using loading = deadline(startedAt + timeoutMs, timeout(timeoutMs));
  const { signal } = loading;
  const work = loadCache(resource, lease, services, { fetch, signal, slot, now: startedAt });
  const { change, inserted, deleted, validators } = await loading.hold(work);
  Object.assign(progress, { bytes: change?.bytes ?? 0, rowsChanged: inserted + deleted });
  log('info', 'refresh.loaded', { task_id: lease.taskId, changed: change !== null, inserted, deleted });
  return {
    taskId: lease.taskId,
    fence: lease.fence,
    number,
    ttlMs: spreadTtlMs(definition.ttl_s * 1000, random()),
    retainVersions: definition.retain_versions,
    originEtag: validators.etag,
    originLastModified: validators.lastModified,
    change,
  };
}

/** The load is done, but whether the object knows is not known: only its lease can tell. */
class CommitFault extends Error {}

/** Asked again when the answer was lost: by its fence a load is committed once, however often it is asked for. */
async function commit({ objects }: RefreshServices, request: CommitRequest): Promise<CommitAnswer> {
  for (let left = COMMIT_TRIES - 1; ; left -= 1) {
    try {
      return await objects.commit(request);
    } catch (cause) {
      if (left === 0) throw new CommitFault('the commit was not answered', { cause });
      await sleep(COMMIT_PAUSE_MS);
    }
  }
}

function settle(answer: CommitAnswer, { taskId }: Lease): Disposition {
  switch (answer.outcome) {
    case 'committed':
      return { ack: true };
    case 'settling':
      return laterMs(answer.delayMs);
    case 'stale_lease':
      log('warn', 'refresh.stale_lease', { task_id: taskId });
      return later(SOON_S);
    case 'unavailable':
      return later(LATER_S);
  }
}

async function fail(
  { objects }: RefreshServices,
  lease: Lease,
  number: number | undefined,
  failure: LoadFailure,
): Promise<Disposition> {
  const { taskId, fence } = lease;
  const { code, message: detail, adminDetail, retryable, retryAfterMs } = failure;
  if (code === 'internal') log('error', 'refresh.internal', { task_id: taskId, error: failure });
  else log('warn', 'refresh.failed', { task_id: taskId, code, detail: adminDetail, retryable });
  const answer = await objects.fail({
    taskId,
    fence,
    error: taskError(code, detail, adminDetail),
    retryable,
    retryAfterMs,
    ...(number === undefined ? {} : { number }),
  });
  switch (answer.outcome) {
    case 'retrying':
      return laterMs(answer.delayMs);
    case 'failed':
      return { ack: true };
    case 'stale_lease':
      return later(SOON_S);
    case 'unavailable':
      return later(LATER_S);
  }
}

/** What is not known is a fault of ours, and may be gone when it is tried again. */
function asFailure(error: unknown): LoadFailure {
  if (error instanceof LoadFailure) return error;
  if (error instanceof Problem) {
    const { code, message, adminDetail } = error;
    return new LoadFailure(code, message, { adminDetail, retryable: code === 'overloaded', cause: error });
  }
  return new LoadFailure('internal', 'The load failed for a reason of ours.', { retryable: true, cause: error });
}

function timeout(ms: number): LoadFailure {
  return new LoadFailure('origin-timeout', `The load took longer than ${ms / 1000} s.`, { retryable: true });
}

function later(delayS: number): Disposition {
  return { ack: false, delayS };
}

/** Not before it is due. */
function laterMs(delayMs: number): Disposition {
  return later(Math.max(Math.ceil(delayMs / 1000), SOON_S));
}
