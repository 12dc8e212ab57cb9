/** What the client has told of its work: the latest first. */

import type { ClientEvent } from '@freshet/client';
import { type Told, told } from './told.ts';

/** An event, and when it was, ms since the epoch. */
export interface Entry extends ClientEvent {
  at: number;
  id: number;
}

const KEPT = 8;

/** Takes the client's events (`onEvent`), and is followed by components. */
export interface Journal extends Told<readonly Entry[]> {
  take(event: ClientEvent): void;
}

export function journal(): Journal {
  const entries = told<readonly Entry[]>([]);
  let id = 0;
  return {
    ...entries,
    take(event) {
      id += 1;
      entries.set([{ ...event, at: Date.now(), id }, ...entries.get()].slice(0, KEPT));
    },
  };
}

/** An event in words. */
export const EVENT_WORDS: Readonly<Record<ClientEvent['name'], string>> = {
  check: 'asked about all caches',
  load: 'a whole table came',
  delta: 'only what changed came',
  poke: 'the service told of news',
  auth: 'a token was needed',
  retry: 'a request failed',
  reset: 'the service was restored',
  'store.lost': 'the store was lost',
  'store.healed': 'the store is back',
  'store.evicted': 'a table made room',
  integrity: 'a copy did not verify',
  leader: 'who asks has changed',
};
