/** Times of the machine, in ms. */

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** A moment that never comes. */
export const NEVER = Number.POSITIVE_INFINITY;
