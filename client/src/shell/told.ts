/** What the tab that leads tells the others of its caches, so that they show the truth, too. */

import type { State } from '../core/state.ts';
import { type SyncTold, syncOf } from '../core/status.ts';
import { errorOfPlain, plainOf } from './asks.ts';
import type { Message, Plain, Tabs } from './tabs.ts';

export interface Told {
  get(cache: string): SyncTold | undefined;
  readonly checkedAt: number | null;
  /** Tells the others, if there is news for them. */
  tell(state: State, always?: boolean): void;
  /** Whether another tab than before leads. */
  heard(message: Extract<Message, { kind: 'told' }>): boolean;
}

export function toldOf(tabs: Tabs): Told {
  let known = new Map<string, SyncTold>();
  let checkedAt: number | null = null;
  let before = '';
  let leader = '';
  return {
    get: (cache) => known.get(cache),
    get checkedAt() {
      return checkedAt;
    },
    tell(state, always = false) {
      const caches: [string, Plain<SyncTold>][] = [];
      for (const cache of state.caches.values()) {
        const told = syncOf(state, cache);
        if (told !== null && cache.isUsed) caches.push([cache.id, { ...told, error: plainOf(told.error) }]);
      }
      const now = JSON.stringify([state.checkedAt, caches]);
      if (now === before && !always) return;
      before = now;
      tabs.send({ kind: 'told', checkedAt: state.checkedAt, caches });
    },
    heard(message) {
      const isOther = leader !== message.from;
      leader = message.from;
      ({ checkedAt } = message);
      known = new Map(message.caches.map(([id, { error, ...told }]) => [id, { ...told, error: errorOfPlain(error) }]));
      return isOther;
    },
  };
}
