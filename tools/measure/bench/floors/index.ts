/**
 * The floor of an operation: the smallest Worker that verifies the same token, makes the same calls of the bindings
 * with the same bytes, and does nothing else. What the service needs beyond it is the service's own cost; what the
 * floor needs is the platform's cost. It replaces the service's script, with the same wrangler.toml.
 */

import { jwtVerify } from 'jose';
import type { RefreshMessage, SyncMessage } from '../../../../src/ports/messages.ts';
import { list, prepareRead, read, writeRecords } from './read.ts';
import type { FloorSetup } from './setup.ts';
import { sync } from './sync.ts';
import { load, loadAll, prepareState, refresh, state } from './tasks.ts';
import { wake } from './wake.ts';

export { CacheObject, LiveHub, SourceGate } from './object.ts';

let setup: FloorSetup | null = null;
let key: CryptoKey | null = null;

const OPERATIONS = { list, state, refresh, load, read, sync, wake } as const;

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

/** The user of a request's token, verified with a key that is imported once. @throws Error unless the token is a valid HS256 token */
async function userOf(request: Request, env: Env): Promise<string> {
  key ??= await importKey(env);
  const token = (request.headers.get('Authorization') ?? '').slice('Bearer '.length);
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] });
  return payload.sub ?? '';
}

function importKey(env: object): Promise<CryptoKey> {
  const { JWT_SECRET } = env as { JWT_SECRET: string };
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', new TextEncoder().encode(JWT_SECRET), hmac, false, ['verify']);
}
