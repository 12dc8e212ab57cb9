import { vi } from 'vitest';

/** A busy machine may take long; only a test that hangs reaches it. */
const PATIENCE_MS = 40_000;

/** Looks each `interval` ms (50) until `look` does not throw, and answers what it then gives. `vi.waitFor` gives up after a second. */
export function until<T>(look: () => T | Promise<T>, interval = 50): Promise<T> {
  return vi.waitFor(look, { timeout: PATIENCE_MS, interval });
}
