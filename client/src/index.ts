/** The device client: an exact copy of Freshet's caches, offline, in every tab. Importing it touches no global. */

import type { Client, Options } from './api.ts';
import { createTransport } from './network/create-transport.ts';
import { clientOf } from './shell/client.ts';
import { checkOptions } from './shell/inputs.ts';
import { platformClock, platformShared } from './shell/platform.ts';
import { indexedDb } from './store/indexed-db.ts';
import { memory } from './store/memory.ts';

export type * from './api.ts';
export { type ErrorCode, type Fault, FreshetError, type Problem, type ProblemCode } from './error.ts';
export { indexedDb } from './store/indexed-db.ts';
export { memory } from './store/memory.ts';
export type { Store, StoreHandle } from './store/store.ts';

/** Keeps a copy of what its user reads: in IndexedDB or else in memory. @throws TypeError for invalid options */
export function createClient(options: Options): Client {
  checkOptions(options);
  return clientOf(options, {
    store: options.store ?? (globalThis.indexedDB === undefined ? memory() : indexedDb()),
    clock: platformClock(),
    shared: platformShared(),
    transport: (device) => createTransport({ url: options.url, device, fetch: options.fetch }),
  });
}
