/** The client's events, the latest first. */

import type { ClientEvent } from '@freshet/client';
import { type Told, told } from './told.ts';

/** An event and its time, ms since the epoch. */
export interface Entry extends ClientEvent {
  at: number;
  id: number;
}

const KEPT = 8;

/** Collects the client's events (`onEvent`); components can subscribe to it. */
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
  load: 'a whole table arrived',
  delta: 'only the changes arrived',
  poke: 'the service announced a change',
  auth: 'a token was needed',
  retry: 'a request failed',
  reset: 'the service was restored',
  'store.lost': 'the store was lost',
  'store.healed': 'the store is back',
  'store.evicted': 'a table was removed to make room',
  integrity: 'a copy failed its check',
  leader: 'this tab took or gave up the connection',
};
