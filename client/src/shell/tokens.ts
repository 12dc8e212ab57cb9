/** The token of the user. It stays in this closure: no store, message, event or error contains it. */

import type { AuthReason } from '../api.ts';
import type { ClientEvents } from '../core/events.ts';
import { FreshetError, unauthenticated } from '../error.ts';
import type { Clock, Shared } from './platform.ts';

/** How long `auth` may take, and how long to wait for another tab's call, ms. */
const PATIENCE_MS = 45_000;
const TURN_MS = 10_000;
const LATE = Symbol('late');

export interface Tokens {
  readonly current: string;
  /** Asks for a token, in one tab at a time. @throws FreshetError `network`, `timeout`, `unauthenticated` */
  ask(why: AuthReason): Promise<ClientEvents['authed']>;
}

export function tokensOf(
  auth: (why: AuthReason) => Promise<string | null>,
  lockName: string,
  shared: Shared | null,
  clock: Clock,
): Tokens {
  let current = '';
  const call = async (why: AuthReason) => {
    let stop = () => {};
    const late = new Promise<typeof LATE>((resolve) => {
      stop = clock.after(PATIENCE_MS, () => resolve(LATE));
    });
    try {
      return await Promise.race([auth(why), late]);
    } finally {
      stop();
    }
  };
  return {
    get current() {
      return current;
    },
    async ask(why) {
      const token = await inTurn(lockName, shared, clock, () => call(why)).catch(() => {
        // An error of `auth` says nothing of our requests, even if it is a FreshetError, and may contain the token.
        throw new FreshetError('network', 'auth() has failed');
      });
      if (token === LATE) throw new FreshetError('timeout', 'auth() has not answered');
      if (!token) return { outcome: 'none', expiresAt: null };
      if (typeof token !== 'string' || !/^[!-~]+$/.test(token))
        throw unauthenticated('auth() must give a token alone, as text, or null');
      const outcome = token === current ? 'same' : 'new';
      current = token;
      return { outcome, expiresAt: expiryOf(token) };
    },
  };
}

/** Runs `work` while no other tab does. A tab that froze during its work is not waited for. */
async function inTurn<T>(name: string, shared: Shared | null, clock: Clock, work: () => Promise<T>): Promise<T> {
  if (shared === null) return work();
  const waiting = new AbortController();
  const stop = clock.after(TURN_MS, () => waiting.abort());
  let isMine = false;
  const run = () => {
    isMine = true;
    stop();
    return work();
  };
  try {
    return await shared.locks.request(name, { signal: waiting.signal }, run);
  } catch (error) {
    if (isMine) throw error;
    return shared.locks.request(name, { steal: true }, run);
  } finally {
    stop();
  }
}

/** The expiry of a JWT, ms since the epoch by the service's clock; null: another kind of token. */
export function expiryOf(token: string): number | null {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return typeof exp === 'number' ? exp * 1000 : null;
  } catch {
    return null;
  }
}
