/**
 * Structured logs: one JSON line an event, named `<subject>.<what_happened>`, with fields in snake case (`task_id`, `key`,
 * `resource`, `request_id`). JSON escapes control characters, so no input can forge a line; callers pass ids and codes,
 * never payloads, tokens or header values.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { hashOfText } from './core/shards.ts';

/**
 * `info` is what every load leaves, and is sampled (`sampleInfo`); `notice` is as good news but rare, such as what an administrator
 * changed: it is always written, like `warn` and `error`.
 */
type Level = 'info' | 'notice' | 'warn' | 'error';
type EventName = `${Lowercase<string>}.${Lowercase<string>}`;

type Fields = Readonly<Record<string, unknown>>;

/** What every line of an invocation tells, such as whose request it was. */
const common = new AsyncLocalStorage<Fields>();

/** Does the work, and puts the fields into each line that is written meanwhile, also by what it leaves under `waitUntil`. */
export function withLogFields<Result>(fields: Fields, work: () => Result): Result {
  return common.run({ ...common.getStore(), ...fields }, work);
}

let infoShare = 1;

/**
 * From now on only this share (0-1) of `info` lines is written: the platform is paid by the line, and can itself only leave out whole
 * invocations, with their errors. All lines of one request are written, or none.
 */
export function sampleInfo(share: number): void {
  infoShare = share;
}

function isLeftOut({ request_id: requestId }: Fields): boolean {
  if (infoShare >= 1) return false;
  return (typeof requestId === 'string' ? hashOfText(requestId) / 2 ** 32 : Math.random()) >= infoShare;
}

/** Writes one event. `error` goes in as its name and message, and its stack: logs are the operator's. */
export function log(level: Level, event: EventName, fields: Fields = {}): void {
  const all = { ...common.getStore(), ...fields };
  if (level === 'info' && isLeftOut(all)) return;
  console[level === 'notice' ? 'info' : level](
    JSON.stringify({ level, event, ...all }, (_name, value) => (value instanceof Error ? plain(value) : value)),
  );
}

function plain(error: Error): Record<string, unknown> {
  return { name: error.name, message: error.message, stack: error.stack, cause: error.cause };
}
