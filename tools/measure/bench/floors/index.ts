/**
 * The floor of an operation: the smallest Worker that verifies the same token, makes the same calls of the bindings with
 * the same bytes and does nothing else. What the service needs beyond it is its own cost, what the floor needs is the
 * platform's. It takes the place of the service's script, under the same wrangler.toml.
 */

import type { RefreshMessage, SyncMessage } from '../../../../src/contract/messages.ts';
import { writeRecords } from './devices.ts';
import { list } from './list.ts';
import { load, loadAll } from './load.ts';
import { prepareRead, read } from './read.ts';
import { refresh } from './refresh.ts';
import type { FloorSetup } from './setup.ts';
import { prepareState, state } from './state.ts';
import { sync } from './sync.ts';
import { syncUnknown } from './sync-unknown.ts';
import { userOf } from './token.ts';
import { wake } from './wake.ts';

export { CacheObject, LiveHub, SourceGate } from './object.ts';

let setup: FloorSetup | null = null;

const OPERATIONS = { list, state, refresh, load, read, sync, syncUnknown, wake } as const;

export default {
  async fetch(request, env, ctx) {
    if (request.method === 'PUT') {
      setup = await request.json<FloorSetup>();
      if (setup.operation === 'state') await prepareState(env, setup);
      if (setup.operation === 'read') await prepareRead(setup);
      return new Response(null, { status: 204 });
    }
    const user = await userOf(request, env);
    if (setup === null) throw new Error('PUT /floor first');
    return OPERATIONS[setup.operation]({ request, env, ctx, user, setup });
  },

  async queue({ queue, messages }, env) {
    const bodies = messages.map(({ body }) => body);
    if (queue === 'freshet-sync') await writeRecords(env, bodies as SyncMessage[]);
    if (queue === 'freshet-refresh' && setup !== null) await loadAll(env, bodies as RefreshMessage[], setup);
  },
} satisfies ExportedHandler<Env>;
