/** Times that the task machine goes by, ms. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The alarm sends a due task again after this, then at gaps that double up to the second: messages get lost now and then. */
export const RESEND_FIRST_MS = 15_000;
export const RESEND_MOST_MS = 5 * MINUTE_MS;

/**
 * A row of D1 that holds nothing is taken to be there for so long after its last change: less than a day, which is the least
 * that such rows are kept for (EVICT_UNREAD_DAYS).
 */
export const ANNOUNCED_MS = HOUR_MS;

/** How long a write to D1 may be under way before the alarm repeats it; what lies between repetitions after one failed. */
export const STORE_GRACE_MS = 15_000;
export const STORE_FIRST_MS = 2_000;
export const STORE_MOST_MS = MINUTE_MS;

/** A task whose version D1 has not taken for so long ends in FAILURE. */
export const SETTLE_LIMIT_MS = HOUR_MS;
/** Most tasks that wait for D1; past it nothing is loaded, so that the document stays small while D1 is away. */
export const MAX_SETTLING = 16;

/** Removals due within one such span share an alarm and a write. */
export const REMOVAL_SLACK_MS = 10 * MINUTE_MS;
/** What a claimed fence may write is owed from the claim on: with the slack, nothing unnamed outlives a day. */
export const OWED_CLAIMED_MS = 24 * HOUR_MS - REMOVAL_SLACK_MS;
/** What a commit or retention lets go: longer than any copy of an entry lives. */
export const OWED_REPLACED_MS = HOUR_MS;
/** What a purge lets go. */
export const OWED_DROPPED_MS = 5 * MINUTE_MS;
/** What a consumer that gave up has left: a put of its may be under way for as long as its invocation lives (15 min). */
export const OWED_FAILED_MS = 30 * MINUTE_MS;

/** How long hubs may take to answer before the alarm tells them again; what lies between repetitions after one failed. */
export const POKE_GRACE_MS = 15_000;
export const POKE_FIRST_MS = 2_000;
export const POKE_MOST_MS = 5 * MINUTE_MS;
/** A watched cache is loaded again, and its hubs are asked, at most once in this time. */
export const FRESHEN_GAP_MS = MINUTE_MS;

/** Ended tasks are trimmed to their number when so many are too many, and swept at most once in this time when too old. */
export const TRIM_SURPLUS = 100;
export const SWEEP_GAP_MS = 24 * HOUR_MS;
