/**
 * Structured logs: one JSON line an event. JSON escapes control characters, so no input can forge a line; callers pass
 * ids and codes, never payloads, tokens or header values.
 */

type Level = 'info' | 'warn' | 'error';

/** Writes one event. `error` goes in as its name and message, and its stack: logs are the operator's. */
export function log(level: Level, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  console[level](
    JSON.stringify({ level, event, ...fields }, (_name, value) => (value instanceof Error ? plain(value) : value)),
  );
}

function plain(error: Error): Record<string, unknown> {
  return { name: error.name, message: error.message, stack: error.stack, cause: error.cause };
}
