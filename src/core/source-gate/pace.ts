/**
 * The pace of a source: the generic cell rate algorithm (ITU-T I.371, as a virtual schedule). Requests are given moments, *slots*, and a
 * slot that is not used at once is good for a little while, because whoever asked for it is elsewhere. The interval allows for that: no
 * window of `perMs` sees more than `requests`, however late within that while each of them is made.
 */

import type { GateLimits } from '../../ports/source-gate.ts';

export type Rate = NonNullable<GateLimits['rate']>;

/** How many at once, where nothing says how many loads there may be: as many as an isolate has places at one origin. */
const USUAL_CONCURRENCY = 6;
/** Bounds of how long a slot is good for, ms, and its share of the window. */
const SLOT = { leastMs: 250, mostMs: 2000, share: 0.1 } as const;
/** Slots are given so far ahead, ms: who would have to wait longer comes again. */
const HORIZON_MS = 2000;

/** How long a slot is good for after its moment, ms. */
export function slotMs({ perMs }: Rate): number {
  return Math.min(Math.max(perMs * SLOT.share, SLOT.leastMs), SLOT.mostMs);
}

/** Time between two requests in the long run, and how far they may run ahead of that, ms. */
function intervals(rate: Rate, concurrency: number | null): { everyMs: number; aheadMs: number } {
  const extra = Math.min(concurrency ?? USUAL_CONCURRENCY, rate.requests) - 1;
  const everyMs = (rate.perMs + slotMs(rate)) / (rate.requests - extra);
  return { everyMs, aheadMs: extra * everyMs };
}

/**
 * `scheduledAt` under limits that are new: what was given under others counts as all that may run ahead, and no more. Otherwise a source that
 * was asked once an hour would be asked nothing for an hour, whatever its limits have become.
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
 * Gives at most `want` slots, of those that come within the horizon.
 *
 * @param scheduledAt when the next request would be due if all came evenly, ms since the epoch
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

/** When a request may next be made, ms since the epoch. */
export function nextSlotAt(
  limits: { rate: Rate; concurrency: number | null },
  scheduledAt: number,
  now: number,
): number {
  return Math.max(now, scheduledAt - intervals(limits.rate, limits.concurrency).aheadMs);
}
