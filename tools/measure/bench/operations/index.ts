/** All operations that are compared with a floor, under the names that `--ops` takes. */

import { deltaOver } from './delta.ts';
import { list } from './list.ts';
import type { Operation } from './operation.ts';
import { rpc200, rpc304, sync } from './read.ts';
import { refresh } from './refresh.ts';
import { state, stateWaiting } from './state.ts';
import { sync10 } from './sync-caches.ts';

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  list,
  state,
  'state-waiting': stateWaiting,
  refresh,
  'rpc-200': rpc200,
  'rpc-304': rpc304,
  'delta-1': deltaOver(1),
  'delta-10': deltaOver(10),
  sync,
  'sync-10': sync10,
};
