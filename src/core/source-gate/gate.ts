/**
 * The rules of a source's gate, without clock or storage. A permit expires, so that a consumer that was cut off delays
 * others at most until the end of its lease.
 *
 * | | open | closed until a moment | all permits out | pace is used up |
 * |---|---|---|---|---|
 * | enter | a permit and a slot | wait until then; with `force` as if open | wait a little | wait for the next slot |
 * | more | slots | wait until then; with `force` as if open | (has a permit) | wait for the next slot |
 * | close | closed, twice as long as the last time if the source names no time | the later of both | closed | closed |
 * | leave, well | the next closing is as short as the first | the same | a permit is free | |
 */

import type {
  AskedLimits,
  CloseRequest,
  EnterAnswer,
  EnterRequest,
  GateView,
  GateWait,
  LeaveRequest,
  MoreAnswer,
  MoreRequest,
  SealedToken,
} from '../../ports/source-gate.ts';
import { nextSlotAt, takeSlots, underNewLimits } from './pace.ts';

/** When to ask again for a permit, ms: a load may end at any moment. */
const FULL_WAIT_MS = 2000;
/**
 * How long a source is closed if it names no time, ms, and the longest time after doubling; the longest and shortest
 * time it may name.
 */
const FIRST_CLOSED_MS = 10_000;
const MOST_DOUBLED_MS = 600_000;
const MOST_CLOSED_MS = 3_600_000;
const LEAST_CLOSED_MS = 1000;
/** Most slots in one answer. */
const MOST_SLOTS = 10;

/** The whole state of a gate. Times are ms since the epoch. */
export interface GateState extends AskedLimits {
  /** Load -> when its permit expires. */
  permits: Map<string, number>;
  /** When the next request would be due if all were evenly spaced (pace.ts). */
  scheduledAt: number;
  closedUntil: number;
  closedBy: number;
  /** Closings in a row. */
  closings: number;
  /** The token of the source (token.ts); null: there is none. */
  token: SealedToken | null;
  /** The load that fetches a new token, and until when others wait for it; only in memory; null: none. */
  asking: { load: string; until: number } | null;
}

/** The state of an unused gate. */
export function newGate(): GateState {
  return {
    limits: { concurrency: null, rate: null },
    asOf: 0,
    permits: new Map(),
    scheduledAt: 0,
    closedUntil: 0,
    closedBy: 0,
    closings: 0,
    token: null,
    asking: null,
  };
}

export function enter(gate: GateState, request: EnterRequest, now: number): EnterAnswer {
  if (request.asOf >= gate.asOf) takeLimits(gate, request, now);
  dropEnded(gate, now);
  const { concurrency } = gate.limits;
  const wait = closedWait(gate, request.force, now);
  if (wait !== null) return wait;
  if (!gate.permits.has(request.load) && concurrency !== null && gate.permits.size >= concurrency) {
    return { outcome: 'wait', reason: 'full', waitMs: FULL_WAIT_MS };
  }
  const slots = take(gate, 1, now);
  if (slots.length === 0) return paceWait(gate, now);
  gate.permits.set(request.load, now + request.ttlMs);
  return { outcome: 'entered', slots };
}

export function more(gate: GateState, { load, want, force }: MoreRequest, now: number): MoreAnswer {
  dropEnded(gate, now);
  if (!gate.permits.has(load)) return { outcome: 'gone' };
  const wait = closedWait(gate, force, now);
  if (wait !== null) return wait;
  const slots = take(gate, Math.min(want, MOST_SLOTS), now);
  return slots.length === 0 ? paceWait(gate, now) : { outcome: 'more', slots };
}

/**
 * Loads that were in progress when the source closed report it too: only a report that finds the gate open doubles the
 * time.
 */
export function close(gate: GateState, { status, retryAfterMs }: CloseRequest, now: number): void {
  const isOpen = gate.closedUntil <= now;
  const doubledMs = Math.min(FIRST_CLOSED_MS * 2 ** Math.min(gate.closings, 30), MOST_DOUBLED_MS);
  const usualMs = isOpen ? doubledMs : 0;
  const forMs = retryAfterMs === null ? usualMs : Math.min(Math.max(retryAfterMs, LEAST_CLOSED_MS), MOST_CLOSED_MS);
  if (isOpen) gate.closings += 1;
  if (now + forMs <= gate.closedUntil) return;
  gate.closedUntil = now + forMs;
  gate.closedBy = status;
}

export function leave(gate: GateState, { load, isWell }: LeaveRequest): void {
  gate.permits.delete(load);
  if (isWell) gate.closings = 0;
}

export function view(gate: GateState, now: number): GateView {
  const ends = [...gate.permits.values()].filter((endsAt) => endsAt > now);
  const isClosed = gate.closedUntil > now;
  const { rate, concurrency } = gate.limits;
  const next = rate === null ? now : nextSlotAt({ rate, concurrency }, gate.scheduledAt, now);
  return {
    permits: ends.length,
    firstEndsAt: ends.length === 0 ? null : Math.min(...ends),
    closedUntil: isClosed ? gate.closedUntil : null,
    closedBy: isClosed ? gate.closedBy : null,
    nextRequestAt: next > now ? Math.ceil(next) : null,
    tokenEndsAt: gate.token !== null && gate.token.endsAt > now ? gate.token.endsAt : null,
    concurrency,
  };
}

function dropEnded({ permits }: GateState, now: number): void {
  for (const [load, endsAt] of permits) if (endsAt <= now) permits.delete(load);
}

function closedWait({ closedUntil }: GateState, force: boolean, now: number): GateWait | null {
  return closedUntil <= now || force ? null : { outcome: 'wait', reason: 'closed', waitMs: closedUntil - now };
}

function takeLimits(gate: GateState, { limits, asOf }: EnterRequest, now: number): void {
  const { rate, concurrency } = limits;
  if (rate !== null && asOf > gate.asOf)
    gate.scheduledAt = underNewLimits({ rate, concurrency }, gate.scheduledAt, now);
  Object.assign(gate, { limits, asOf });
}

/** Slots, in ms from now; without a rate, any number of them now. */
function take(gate: GateState, want: number, now: number): number[] {
  const { rate, concurrency } = gate.limits;
  if (rate === null) return Array.from({ length: want }, () => 0);
  const { slots, scheduledAt } = takeSlots({ rate, concurrency }, gate.scheduledAt, want, now);
  gate.scheduledAt = scheduledAt;
  return slots.map((slot) => slot - now);
}

function paceWait({ limits: { rate, concurrency }, scheduledAt }: GateState, now: number): GateWait {
  const next = rate === null ? now : nextSlotAt({ rate, concurrency }, scheduledAt, now);
  return { outcome: 'wait', reason: 'pace', waitMs: Math.ceil(next - now) };
}
