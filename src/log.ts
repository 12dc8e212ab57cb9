/**
 * Structured logs: one JSON line an event, named `<subject>.<what_happened>`, with fields in snake case (`task_id`,
 * `key`, `resource`, `request_id`). JSON escapes control characters, so no input can forge a line; callers pass ids and
 * codes, never payloads, tokens or header values.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { hashOfText } from './core/shards.ts';

/**
 * `info`: written for every load, and sampled (`sampleInfo`). `notice`: no fault either, but rare, such as an
 * administrator's change. `notice`, `warn` and `error` are always written.
 */
type Level = 'info' | 'notice' | 'warn' | 'error';
type EventName = `${Lowercase<string>}.${Lowercase<string>}`;

type Fields = Readonly<Record<string, unknown>>;

/** Fields in every line of an invocation, such as the request's id. */
const common = new AsyncLocalStorage<Fields>();

/** Runs `work` and adds the fields to each line that is written meanwhile, including lines of promises under `waitUntil`. */
export function withLogFields<Result>(fields: Fields, work: () => Result): Result {
  return common.run({ ...common.getStore(), ...fields }, work);
}

let infoShare = 1;

/**
 * Sets the share (0-1) of `info` lines that are written from now on. The platform charges by the line, and can itself
 * only drop whole invocations, including their errors. Either all lines of a request are written, or none.
 */
export function sampleInfo(share: number): void {
  infoShare = share;
}

function isLeftOut({ request_id: requestId }: Fields): boolean {
  if (infoShare >= 1) return false;
  return (typeof requestId === 'string' ? hashOfText(requestId) / 2 ** 32 : Math.random()) >= infoShare;
}

/** Writes one event. `error` is written as name, message and stack: only the operator reads logs. */
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
