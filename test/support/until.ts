import { vi } from 'vitest';

/** Time-out, ms: long, since the machine may be busy; only a test that hangs reaches it. */
const PATIENCE_MS = 40_000;

/** Calls `look` each `interval` ms (50) until it does not throw, and returns its result. `vi.waitFor` gives up after a second. */
export function until<T>(look: () => T | Promise<T>, interval = 50): Promise<T> {
  return vi.waitFor(look, { timeout: PATIENCE_MS, interval });
}
