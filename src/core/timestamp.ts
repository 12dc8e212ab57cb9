/** Times as answers tell them: RFC 3339, UTC, milliseconds. */

/** The text of a time, ms since the epoch; null for none. */
export function timestamp(ms: number): string;
export function timestamp(ms: number | null | undefined): string | null;
export function timestamp(ms: number | null | undefined): string | null {
  return ms == null ? null : new Date(ms).toISOString();
}
