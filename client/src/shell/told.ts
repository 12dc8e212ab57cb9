/** What the tab that leads tells the others of its caches, so that they show the truth, too. It tells what differs, and all to who asks. */

import type { CacheState, State } from '../core/state.ts';
import { type SyncTold, statusOf, syncOf } from '../core/status.ts';
import { errorOfPlain, plainOf } from './asks.ts';
import type { Message, Plain, Tabs } from './tabs.ts';

export interface Told {
  get(cache: string): SyncTold | undefined;
  readonly checkedAt: number | null;
  /** How the client of that tab stands to the service. */
  readonly client: SyncTold | null;
  /** Tells the others the news of these caches, or of all, if there is any. */
  tell(state: State, caches: ReadonlySet<string> | null): void;
  /** Tells that this tab leads. */
  tellAgain(state: State): void;
  tellAll(state: State): void;
  /** Another tab leads: whatever this one has told holds no more. */
  forget(): void;
  /** What another tab tells. `caches`: those of which something else is told now; null: all. */
  heard(message: Extract<Message, { kind: 'told' }>): { isOther: boolean; caches: readonly string[] | null };
}

export function toldOf(tabs: Tabs): Told {
  let known = new Map<string, SyncTold>();
  let checkedAt: number | null = null;
  let client: SyncTold | null = null;
  /** Who leads, and whether it has told this tab of all caches, or was asked to. */
  let leader = '';
  let isAsked = false;
  /** What this tab has told, as text; null: nothing. */
  let told: Map<string, string> | null = null;
  let toldClient = '';

  /** Notes what is told of a cache from now on; undefined: the same as before. */
  const note = (to: Map<string, string>, state: State, id: string, cache = state.caches.get(id)) => {
    const now = plainOfCache(state, cache);
    const text = now && JSON.stringify(now);
    if (text === (to.get(id) ?? null)) return undefined;
    if (text === null) to.delete(id);
    else to.set(id, text);
    return now;
  };
  const send = (state: State, caches: [string, Plain<SyncTold> | null][], all: boolean) => {
    const { checkedAt: at } = state;
    tabs.send({ kind: 'told', checkedAt: at, client: plainOfClient(state), caches, isWhole: all });
  };
  const tellAll = (state: State) => {
    told = new Map();
    const caches: [string, Plain<SyncTold> | null][] = [];
    for (const cache of state.caches.values()) {
      const now = note(told, state, cache.id, cache);
      if (now) caches.push([cache.id, now]);
    }
    toldClient = textOfClient(state);
    send(state, caches, true);
  };

  return {
    get: (cache) => known.get(cache),
    get checkedAt() {
      return checkedAt;
    },
    get client() {
      return client;
    },
    tell(state, news) {
      if (told === null) return tellAll(state);
      const caches: [string, Plain<SyncTold> | null][] = [];
      for (const id of news ?? new Set([...told.keys(), ...state.caches.keys()])) {
        const now = note(told, state, id);
        if (now !== undefined) caches.push([id, now]);
      }
      const text = textOfClient(state);
      if (caches.length === 0 && text === toldClient) return;
      toldClient = text;
      send(state, caches, false);
    },
    tellAgain: (state) => (told === null ? tellAll(state) : send(state, [], false)),
    tellAll,
    forget() {
      told = null;
    },
    heard(message) {
      const isOther = leader !== message.from;
      leader = message.from;
      if (isOther) isAsked = false;
      ({ checkedAt } = message);
      client = sameOr(client, message.client);
      const before = known;
      if (message.isWhole) known = new Map();
      else if (!isAsked) tabs.send({ kind: 'missing' });
      isAsked = true;
      for (const [id, now] of message.caches) {
        if (now === null) known.delete(id);
        else known.set(id, sameOr(before.get(id), now));
      }
      return { isOther, caches: message.isWhole ? null : message.caches.map(([id]) => id) };
    },
  };
}

function plainOfCache(state: State, cache: CacheState | undefined): Plain<SyncTold> | null {
  const told = cache?.isUsed ? syncOf(state, cache) : null;
  return told && { ...told, error: plainOf(told.error) };
}

function plainOfClient(state: State): Plain<SyncTold> {
  const { sync, retryAt, error } = statusOf(state);
  return { sync, retryAt, error: plainOf(error) };
}

const textOfClient = (state: State) => JSON.stringify([state.checkedAt, plainOfClient(state)]);

function toldIn({ error, ...told }: Plain<SyncTold>): SyncTold {
  return { ...told, error: errorOfPlain(error) };
}

/** The same again is no new object, of which subscribers would be told. */
function sameOr(before: SyncTold | null | undefined, now: Plain<SyncTold>): SyncTold {
  const isSame = before && JSON.stringify({ ...before, error: plainOf(before.error) }) === JSON.stringify(now);
  return isSame ? before : toldIn(now);
}
