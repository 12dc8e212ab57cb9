/** Converts output lines of the children of `npm start` to entries of its log: one JSON object each. */

import { stripVTControlCharacters } from 'node:util';

/** One entry: `time` (ISO 8601), `level`, `event`, and the details of the event. */
export interface LogEntry {
  time: string;
  level: string;
  event: string;
  [field: string]: unknown;
}

/** wrangler puts its own mark before warnings and errors, the Worker's included, and before messages of miniflare. */
const MARK = /^\s*(?:\S \[(WARNING|ERROR)\]|\[wrangler:(\w+)\]) /;
const LEVELS: Readonly<Record<string, string>> = { WARNING: 'warn', warn: 'warn', ERROR: 'error', error: 'error' };

/**
 * Returns the entry for a line that `speaker` wrote (`wrangler`, `origin`); null for an empty line. A line of the
 * Worker's log stays as it is (src/log.ts); any other line becomes the text of an entry `<speaker>.said`.
 */
export function entryOf(line: string, speaker: string, time: string): LogEntry | null {
  const plain = stripVTControlCharacters(line);
  const text = plain.replace(MARK, '').trim();
  if (text === '') return null;
  const [, ours, miniflares] = MARK.exec(plain) ?? [];
  const level = LEVELS[ours ?? miniflares ?? ''] ?? 'info';
  return { time, ...(workersOwn(text) ?? { level, event: `${speaker}.said`, text }) };
}

function workersOwn(text: string): { level: string; event: string } | null {
  if (!text.startsWith('{"level":')) return null;
  try {
    const { level, event, ...fields } = JSON.parse(text) as Record<string, unknown>;
    return typeof level === 'string' && typeof event === 'string' ? { level, event, ...fields } : null;
  } catch {
    return null;
  }
}

/**
 * An entry for people: `16:04:09 warn request.failed code="overloaded" …`, or only the text if it has no other member.
 */
export function readable({ time, level, event, ...fields }: LogEntry): string {
  const said = event.endsWith('.said') && typeof fields.text === 'string' ? fields.text : null;
  const members = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [time.slice(11, 19), level.padEnd(5), ...(said === null ? [event, ...members] : [said])].join(' ');
}
