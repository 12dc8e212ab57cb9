/**
 * Structured logs: one JSON line an event, named `<subject>.<what_happened>`, with fields in snake case (`task_id`, `key`,
 * `resource`, `request_id`). JSON escapes control characters, so no input can forge a line; callers pass ids and codes,
 * never payloads, tokens or header values.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

type Level = 'info' | 'warn' | 'error';
type EventName = `${Lowercase<string>}.${Lowercase<string>}`;

type Fields = Readonly<Record<string, unknown>>;

/** What every line of an invocation tells, such as whose request it was. */
const common = new AsyncLocalStorage<Fields>();

/** Does the work, and puts the fields into each line that is written meanwhile, also by what it leaves under `waitUntil`. */
export function withLogFields<Result>(fields: Fields, work: () => Result): Result {
  return common.run({ ...common.getStore(), ...fields }, work);
}

/** Writes one event. `error` goes in as its name and message, and its stack: logs are the operator's. */
export function log(level: Level, event: EventName, fields: Fields = {}): void {
  console[level](
    JSON.stringify({ level, event, ...common.getStore(), ...fields }, (_name, value) =>
      value instanceof Error ? plain(value) : value,
    ),
  );
}

function plain(error: Error): Record<string, unknown> {
  return { name: error.name, message: error.message, stack: error.stack, cause: error.cause };
}
