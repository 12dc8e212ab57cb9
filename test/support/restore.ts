/**
 * After each file of tests of pure modules, which share processes: what one file has replaced is back for the next, even
 * if one of its tests failed before it put it back, and the next file loads the modules anew, so that they remember
 * nothing.
 */
import { afterAll, vi } from 'vitest';

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.resetModules();
});
