/** A second isolate of the same location: fresh module memory over the same stores. */
import { vi } from 'vitest';

/** The module as another isolate would have it. `load` imports it: `() => import('…')`. */
export async function inAnotherIsolate<Module>(load: () => Promise<Module>): Promise<Module> {
  vi.resetModules();
  return load();
}
