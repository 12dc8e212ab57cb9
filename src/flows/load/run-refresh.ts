/**
 * One delivery of a refresh task (DESIGN "A refresh, step by step", points 3 to 5): room, gate, claim, load, commit or
 * fail. It never removes anything from R2: only the object knows which bodies are still in use. If the delivery is cut
 * off anywhere, its lease expires.
 */

import { LEASE_RESERVE_MS } from '../../contract/constants.ts';
import { newWarnings } from '../../core/column-facts.ts';
import { spreadTtlMs } from '../../core/freshness.ts';
import { eventsOfTask } from '../../core/webhook-events.ts';
import { log, withLogFields } from '../../log.ts';
import type { Drifted } from '../../origin/findings.ts';
import { acceptsTcp } from '../../origin/tcp.ts';
import type { Accepts, Fetch } from '../../ports/network.ts';
import type { CommitAnswer, CommitRequest, Lease } from '../../ports/object.ts';
import type { Services } from '../services.ts';
import { type EmitServices, emitEvents, emitTask } from '../webhooks/emit-events.ts';
import { againMs, enterKnownGate, GateHold, type KnownGate } from './gate-hold.ts';
import { loadableResource, loadCache } from './load-cache.ts';
import { LoadClock } from './load-clock.ts';
import { type LoadSlot, type LoadSlots, type LoadWanted, loadSlots } from './load-slots.ts';
import {
  asFailure,
  CommitFault,
  commit,
  type Disposition,
  dispositionOf,
  fail,
  LATER_S,
  later,
  laterMs,
} from './report-load.ts';

/** A wake-up for a task, with what its message says about the load. */
export interface Delivery extends LoadWanted, KnownGate {
  taskId: string;
  /** The same for each retry of the same delivery. */
  deliveryId: string;
  /** Number of this delivery of the message; the first is 1. */
  attempts?: number;
}

/** A load in progress. */
export interface RunningLoad {
  lease: Lease;
  /** By the consumer's clock, ms since the epoch. */
  leaseEndsAt: number;
  clock: LoadClock;
  /**
   * The message was retried, and comes only after the lease. A failure must be reported with that fact (FailRequest).
   */
  isHandedBack: boolean;
}

/** Options for handling a delivery, all with defaults. */
export interface RunOptions {
  fetch?: Fetch;
  accepts?: Accepts;
  /** From 0 up to 1. */
  random?: () => number;
  slots?: LoadSlots;
  /** Called as soon as there is a lease. */
  onLease?: (load: RunningLoad) => void;
}

/**
 * How long a delivery waits for room before its message is retried, ms. After each further attempt without success it
 * waits less and comes back later, because a waiting delivery keeps the handler from other messages.
 */
const ROOM_MS = 2000;
const MOST_ROOM_DELAY_S = 5;

/** The services that a delivery uses. */
export type RefreshServices = EmitServices &
  Pick<Services, 'blobs' | 'objects' | 'resources' | 'secret' | 'settings' | 'metrics' | 'via' | 'gates' | 'database'>;

/** Never throws: a message whose handling failed is retried. */
export async function runRefresh(
  services: RefreshServices,
  delivery: Delivery,
  options: RunOptions = {},
): Promise<Disposition> {
  const { attempts = 1, random = Math.random } = { ...delivery, ...options };
  const gate = new GateHold(services.gates, delivery.deliveryId);
  let slot: LoadSlot | null = null;
  try {
    slot = await (options.slots ?? loadSlots).enter(delivery, Date.now() + ROOM_MS / attempts);
    if (slot === null) return later(Math.min(attempts, MOST_ROOM_DELAY_S));
    const wait = await enterKnownGate(services, delivery, gate);
    if (wait !== null) return laterMs(againMs(wait, attempts, random()));
    return await claimAndLoad(services, delivery, { slot, gate }, options);
  } catch (error) {
    log('error', 'refresh.fault', { task_id: delivery.taskId, error });
    return later(LATER_S);
  } finally {
    slot?.release();
    await gate.leave();
  }
}

async function claimAndLoad(
  services: RefreshServices,
  { taskId, deliveryId, attempts = 1, resource: hinted }: Delivery,
  places: Pick<LoadTools, 'slot' | 'gate'>,
  {
    fetch = (url, init) => globalThis.fetch(url, init),
    accepts = acceptsTcp,
    random = Math.random,
    onLease,
  }: RunOptions,
): Promise<Disposition> {
  // The lease is a duration. It is counted from before the request, so that the load always ends first.
  const askedAt = Date.now();
  const answer = await services.objects.claim({ taskId, deliveryId });
  switch (answer.outcome) {
    case 'ended':
      // An earlier delivery may have been cut off after the commit and before it emitted the event for webhooks.
      if (attempts > 1) await emitTask(services, taskId, hinted);
      return { ack: true };
    case 'not_due':
      return laterMs(answer.delayMs);
    case 'unavailable':
      return later(LATER_S);
    case 'leased':
  }
  const { lease } = answer;
  const leaseEndsAt = askedAt + lease.leaseMs;
  using clock = new LoadClock(lease.timeoutMs, leaseEndsAt - LEASE_RESERVE_MS);
  const running: RunningLoad = { lease, leaseEndsAt, clock, isHandedBack: false };
  onLease?.(running);
  const { key, resource } = lease.cache;
  // Awaited here because the clock runs until then.
  return await withLogFields({ key, resource }, () =>
    loadAndCommit(services, running, { fetch, accepts, random, clock, ...places }),
  );
}

/** What one load works with in addition to stores. */
interface LoadTools {
  fetch: Fetch;
  accepts: Accepts;
  random: () => number;
  slot: LoadSlot;
  gate: GateHold;
  clock: LoadClock;
}

async function loadAndCommit(services: RefreshServices, running: RunningLoad, tools: LoadTools): Promise<Disposition> {
  const { lease } = running;
  const startedAt = Date.now();
  const progress: Progress = { known: {}, bytes: 0, rowsChanged: 0 };
  const tell = (outcome: string) => {
    const { bytes, rowsChanged } = progress;
    const figures = { ms: Date.now() - startedAt, bytes, rows_changed: rowsChanged, attempt: lease.attempt };
    services.metrics.write('load', { resource: lease.cache.resource, outcome }, figures);
  };
  let answer: CommitAnswer;
  try {
    const request = await load(services, lease, startedAt, progress, tools);
    answer = await commit(services, request);
    tell(answer.outcome !== 'committed' ? answer.outcome : request.change === null ? 'same' : 'changed');
  } catch (error) {
    if (error instanceof CommitFault) {
      tell('unanswered');
      throw error;
    }
    const failure = asFailure(error);
    tell(failure.code);
    const known = { ...progress.known, messageIsLate: running.isHandedBack };
    const disposition = await fail(services, lease, known, failure);
    if (disposition.ack) await emitTask(services, lease.taskId, lease.cache.resource);
    return disposition;
  }
  // A failure here is not a failure of the load: the message is retried, and finds the task ended.
  if (answer.outcome === 'committed') await emitEvents(services, eventsOfTask(answer.task, answer.entry));
  return dispositionOf(answer, lease);
}

/** How far a load got. */
interface Progress {
  /** The number of its definition, and whether the origin's answer is heavy: a failure reports both to the object. */
  known: { number?: number; heavy?: boolean };
  /** Size of the new body, and the number of rows that it adds and removes. */
  bytes: number;
  rowsChanged: number;
}

async function load(
  services: RefreshServices,
  lease: Lease,
  startedAt: number,
  progress: Progress,
  { fetch, accepts, random, slot, gate, clock }: LoadTools,
): Promise<CommitRequest> {
  if (lease.heavy === true) await slot.becomeHeavy(clock);
  const resource = loadableResource(await clock.hold(services.resources.read(lease.cache.resource)), lease);
  const { definition, number } = resource;
  progress.known.number = number;
  clock.limit(definition.origin.timeout_s * 1000);
  await gate.demand(resource, lease, clock);
  const onHeavy = () => {
    progress.known.heavy = true;
  };
  const loaded = await clock.hold(
    loadCache(resource, lease, services, { fetch, accepts, clock, slot, gate, now: startedAt, random, onHeavy }),
  );
  gate.isWell = true;
  const { change, inserted, deleted, validators, warnings, columns, changes, drifted } = loaded;
  Object.assign(progress, { bytes: change?.bytes ?? 0, rowsChanged: inserted + deleted });
  log('info', 'refresh.loaded', { task_id: lease.taskId, changed: change !== null, inserted, deleted });
  const news = newWarnings(warnings ?? [], lease.previous, number);
  if (news.length > 0) log('warn', 'refresh.warned', { task_id: lease.taskId, warnings: news });
  if (drifted !== undefined && drifted.repeated + drifted.offCount > 0) tellDrift(services, lease, drifted);
  return {
    taskId: lease.taskId,
    fence: lease.fence,
    number,
    ttlMs: spreadTtlMs(definition.ttl_s * 1000, random()),
    retainVersions: definition.retain_versions,
    originEtag: validators.etag,
    originLastModified: validators.lastModified,
    provenDate: true,
    change,
    // Without warnings the origin sent no body.
    ...(warnings === undefined ? {} : { warnings, heavy: progress.known.heavy === true }),
    ...(columns === undefined ? {} : { columns }),
    ...(changes === undefined ? {} : { changes }),
    ...(definition.live === undefined ? {} : { live: definition.live }),
  };
}

function tellDrift({ metrics }: RefreshServices, { taskId, cache }: Lease, { repeated, offCount }: Drifted): void {
  const rows = { repeated_rows: repeated, rows_off_count: offCount };
  log('info', 'refresh.drift', { task_id: taskId, ...rows });
  metrics.write('drift', { resource: cache.resource }, rows);
}
