/** Times of the task machine, ms. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** When the alarm first sends a due task again, and the longest gap; gaps double. Messages sometimes get lost. */
export const RESEND_FIRST_MS = 15_000;
export const RESEND_MOST_MS = 5 * MINUTE_MS;

/**
 * How long after its last change an empty row of D1 is assumed to exist. It is less than a day, the least time for
 * which such rows are kept (EVICT_UNREAD_DAYS).
 */
export const ANNOUNCED_MS = HOUR_MS;

/**
 * How long a write to D1 may take before the alarm repeats it; then the first and the longest gap between repetitions
 * after a failure.
 */
export const STORE_GRACE_MS = 15_000;
export const STORE_FIRST_MS = 2_000;
export const STORE_MOST_MS = MINUTE_MS;

/** A task whose version D1 has not taken for this time ends in FAILURE. */
export const SETTLE_LIMIT_MS = HOUR_MS;
/** Most tasks that wait for D1. Beyond it nothing is loaded, so that the document stays small while D1 is down. */
export const MAX_SETTLING = 16;

/** Removals that are due within this time share an alarm and a write. */
export const REMOVAL_SLACK_MS = 10 * MINUTE_MS;
/** Blobs of a claimed fence are owed from the claim on; with the slack, an unnamed blob exists for at most a day. */
export const OWED_CLAIMED_MS = 24 * HOUR_MS - REMOVAL_SLACK_MS;
/** Blobs that a commit or retention replaces: they stay longer than any copy of an entry lives. */
export const OWED_REPLACED_MS = HOUR_MS;
/** Blobs that a purge drops. */
export const OWED_DROPPED_MS = 5 * MINUTE_MS;
/** Blobs of a consumer that gave up: its put may still be in progress for as long as its invocation lives (15 min). */
export const OWED_FAILED_MS = 30 * MINUTE_MS;

/** How long hubs may take to answer before the alarm tells them again; then the first and the longest gap after a failure. */
export const POKE_GRACE_MS = 15_000;
export const POKE_FIRST_MS = 2_000;
export const POKE_MOST_MS = 5 * MINUTE_MS;
/** The least time between two loads of a watched cache, and between two questions to its hubs. */
export const FRESHEN_GAP_MS = MINUTE_MS;

/** Ended tasks are trimmed when they are this many too many; old ones are swept at most once in SWEEP_GAP_MS. */
export const TRIM_SURPLUS = 100;
export const SWEEP_GAP_MS = 24 * HOUR_MS;
