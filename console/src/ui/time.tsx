import { now } from '../api/session.ts';
import { common } from '../texts/common.ts';
import { dateTime, hour, relative, relativeHour, utc } from '../texts/format.ts';

/** A moment in local time, or its distance from now; UTC on hover. */
export function Time({ at, far = false }: { at: string | number | null; far?: boolean }) {
  if (at === null) return <span class="faint">{common().none}</span>;
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={far ? `${dateTime(at)}\n${utc(at)}` : utc(at)}>
      {far ? relative(at, now.value) : dateTime(at)}
    </time>
  );
}

/** A moment of which only the hour is known, in local time or as hours ago; UTC on hover. */
export function Hour({ at, far = false }: { at: string | null; far?: boolean }) {
  if (at === null) return <span class="faint">{common().none}</span>;
  return (
    <time dateTime={at} title={far ? `${hour(at)}\n${utc(at)}` : utc(at)}>
      {far ? relativeHour(at, now.value) : hour(at)}
    </time>
  );
}
