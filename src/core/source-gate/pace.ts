/**
 * The pace of a source: the generic cell rate algorithm (ITU-T I.371, as a virtual schedule). Requests get moments,
 * *slots*. A slot stays valid for a short time after its moment, because the caller needs time to receive it. The
 * interval allows for that: no window of `perMs` has more than `requests` requests, however late within that time each
 * of them is made.
 */

import type { GateLimits } from '../../ports/source-gate.ts';

export type Rate = NonNullable<GateLimits['rate']>;

/** Loads at the same time, if no limit is set: as many as an isolate runs for one origin. */
const USUAL_CONCURRENCY = 6;
/** Least and most time for which a slot is valid, ms, and its share of the window. */
const SLOT = { leastMs: 250, mostMs: 2000, share: 0.1 } as const;
/** How far ahead slots are given, ms; a load that would have to wait longer asks again. */
const HORIZON_MS = 2000;

/** How long a slot is valid after its moment, ms. */
export function slotMs({ perMs }: Rate): number {
  return Math.min(Math.max(perMs * SLOT.share, SLOT.leastMs), SLOT.mostMs);
}

/** The average time between two requests, and how far requests may run ahead of that, ms. */
function intervals(rate: Rate, concurrency: number | null): { everyMs: number; aheadMs: number } {
  const extra = Math.min(concurrency ?? USUAL_CONCURRENCY, rate.requests) - 1;
  const everyMs = (rate.perMs + slotMs(rate)) / (rate.requests - extra);
  return { everyMs, aheadMs: extra * everyMs };
}

/**
 * `scheduledAt` under new limits: slots that were given under the old ones count as the full allowance to run ahead,
 * and no more. Otherwise a source with a limit of one request per hour would get no request for an hour, whatever its
 * new limits are.
 */
export function underNewLimits(
  { rate, concurrency }: { rate: Rate; concurrency: number | null },
  scheduledAt: number,
  now: number,
): number {
  const { everyMs, aheadMs } = intervals(rate, concurrency);
  return Math.min(scheduledAt, now + aheadMs + everyMs);
}

/**
 * Gives at most `want` slots within the horizon.
 *
 * @param scheduledAt when the next request would be due if all were evenly spaced, ms since the epoch
 * @returns the slots, ms since the epoch, and the new `scheduledAt`
 */
export function takeSlots(
  { rate, concurrency }: { rate: Rate; concurrency: number | null },
  scheduledAt: number,
  want: number,
  now: number,
): { slots: number[]; scheduledAt: number } {
  const { everyMs, aheadMs } = intervals(rate, concurrency);
  const slots: number[] = [];
  let due = scheduledAt;
  while (slots.length < want) {
    const slot = Math.max(now, due - aheadMs);
    if (slot > now + HORIZON_MS) break;
    slots.push(slot);
    due = Math.max(now, due) + everyMs;
  }
  return { slots, scheduledAt: due };
}

/** When the next request may be made, ms since the epoch. */
export function nextSlotAt(
  limits: { rate: Rate; concurrency: number | null },
  scheduledAt: number,
  now: number,
): number {
  return Math.max(now, scheduledAt - intervals(limits.rate, limits.concurrency).aheadMs);
}
