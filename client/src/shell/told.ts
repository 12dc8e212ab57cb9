/** What the tab that leads tells the others of its caches, so that they show the truth, too. */

import type { State } from '../core/state.ts';
import { type SyncTold, statusOf, syncOf } from '../core/status.ts';
import { errorOfPlain, plainOf } from './asks.ts';
import type { Message, Plain, Tabs } from './tabs.ts';

export interface Told {
  get(cache: string): SyncTold | undefined;
  readonly checkedAt: number | null;
  /** How the client of that tab stands to the service. */
  readonly client: SyncTold | null;
  /** Tells the others, if there is news for them. */
  tell(state: State, always?: boolean): void;
  /** Whether another tab than before leads. */
  heard(message: Extract<Message, { kind: 'told' }>): boolean;
}

export function toldOf(tabs: Tabs): Told {
  let known = new Map<string, SyncTold>();
  let checkedAt: number | null = null;
  let client: SyncTold | null = null;
  let before = '';
  let leader = '';
  let heard = '';
  return {
    get: (cache) => known.get(cache),
    get checkedAt() {
      return checkedAt;
    },
    get client() {
      return client;
    },
    tell(state, always = false) {
      const caches: [string, Plain<SyncTold>][] = [];
      for (const cache of state.caches.values()) {
        const told = syncOf(state, cache);
        if (told !== null && cache.isUsed) caches.push([cache.id, { ...told, error: plainOf(told.error) }]);
      }
      const { sync, retryAt, error } = statusOf(state);
      const own: Plain<SyncTold> = { sync, retryAt, error: plainOf(error) };
      const now = JSON.stringify([state.checkedAt, own, caches]);
      if (now === before && !always) return;
      before = now;
      tabs.send({ kind: 'told', checkedAt: state.checkedAt, client: own, caches });
    },
    heard(message) {
      const isOther = leader !== message.from;
      leader = message.from;
      ({ checkedAt } = message);
      // The same again makes no new objects, of which subscribers would be told.
      const now = JSON.stringify([message.client, message.caches]);
      if (now === heard) return isOther;
      heard = now;
      client = toldIn(message.client);
      known = new Map(message.caches.map(([id, told]) => [id, toldIn(told)]));
      return isOther;
    },
  };
}

function toldIn({ error, ...told }: Plain<SyncTold>): SyncTold {
  return { ...told, error: errorOfPlain(error) };
}
