/** What the leading tab tells the others, so that they show the same status: changes only, or everything on request. */

import type { CacheState } from '../core/cache-state.ts';
import type { State } from '../core/state.ts';
import { type SyncTold, statusOf, syncOf } from '../core/status.ts';
import { errorOfPlain, plainOf } from './asks.ts';
import type { Message, Plain, Tabs } from './tabs.ts';

export interface Told {
  get(cache: string): SyncTold | undefined;
  readonly checkedAt: number | null;
  /** Status of the leading tab's client. */
  readonly client: SyncTold | null;
  /** Tells the others what differs for these caches, if anything. `again`: tells in any case that this tab leads. */
  tell(state: State, caches: Iterable<string> | null, again?: boolean): void;
  /** Tells them of all caches. */
  tellAll(state: State): void;
  /** Another tab leads: what this tab has told is no longer valid. */
  forget(): void;
  /** Takes a message of the leading tab. @returns `caches`: those whose status differs now; null: all */
  heard(message: Extract<Message, { kind: 'told' }>): { isOther: boolean; caches: readonly string[] | null };
}

export function toldOf(tabs: Tabs): Told {
  let known = new Map<string, SyncTold>();
  let checkedAt: number | null = null;
  let client: SyncTold | null = null;
  /** The leading tab, and whether it has told this tab everything, or was asked to. */
  let leader = '';
  let isAsked = false;
  /** What this tab has told, as JSON; null: nothing. */
  let told: Map<string, string> | null = null;
  let toldClient = '';

  /** Tells what differs for these caches from what was told before. */
  const tell = (state: State, ids: Iterable<string>, isWhole: boolean, always: boolean) => {
    const before = told ?? new Map<string, string>();
    told = before;
    const caches: [string, Plain<SyncTold> | null][] = [];
    for (const id of ids) {
      const now = plainOfCache(state, state.caches.get(id));
      const text = JSON.stringify(now);
      if (text === (before.get(id) ?? 'null')) continue;
      if (now === null) before.delete(id);
      else before.set(id, text);
      caches.push([id, now]);
    }
    const client = plainOfClient(state);
    const text = JSON.stringify([state.checkedAt, client]);
    if (!always && caches.length === 0 && text === toldClient) return;
    toldClient = text;
    tabs.send({ kind: 'told', checkedAt: state.checkedAt, client, caches, isWhole });
  };
  const tellAll = (state: State) => {
    told = null;
    tell(state, state.caches.keys(), true, true);
  };

  return {
    get: (cache) => known.get(cache),
    get checkedAt() {
      return checkedAt;
    },
    get client() {
      return client;
    },
    tell(state, caches, again = false) {
      if (told === null) tellAll(state);
      else tell(state, caches ?? new Set([...told.keys(), ...state.caches.keys()]), false, again);
    },
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

function toldIn({ error, ...told }: Plain<SyncTold>): SyncTold {
  return { ...told, error: errorOfPlain(error) };
}

/** Returns the old object if nothing differs: a new one would notify subscribers. */
function sameOr(before: SyncTold | null | undefined, now: Plain<SyncTold>): SyncTold {
  const isSame = before && JSON.stringify({ ...before, error: plainOf(before.error) }) === JSON.stringify(now);
  return isSame ? before : toldIn(now);
}
