/** The next state while an event is processed. It takes over the previous state's maps and shares what is unchanged. */

import type { CacheState } from './cache-state.ts';
import type { Command, Moment } from './events.ts';
import type { AuthState, SocketState, State } from './state.ts';
import { NEVER } from './times.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface Draft extends Writable<State>, Moment {
  commands: Command[];
  /** When something is due next. */
  nextAt: number;
}

export function draftOf(state: State, { now, wall, random }: Moment): Draft {
  state.caches.forgetChanges();
  return { ...state, now, wall, random, commands: [], nextAt: NEVER };
}

export function stateOf({ now: _1, wall: _2, random: _3, commands: _4, nextAt: _5, ...state }: Draft): State {
  return state;
}

/** Changes a cache, if it is known. */
export function change(d: Draft, id: string, patch: Partial<CacheState>): void {
  const cache = d.caches.get(id);
  if (cache !== undefined) d.caches.set(id, { ...cache, ...patch });
}

export function changeAll(d: Draft, patchOf: (cache: CacheState) => Partial<CacheState> | null): void {
  for (const cache of d.caches.values()) {
    const patch = patchOf(cache);
    if (patch !== null) d.caches.set(cache.id, { ...cache, ...patch });
  }
}

/** Notes the revision that the service announced for a tag; null: no announced revision is missing any more. */
export function changeWanted(d: Draft, tag: string, revision: number | null): void {
  if (revision === null) d.wanted.delete(tag);
  else d.wanted.set(tag, revision);
  d.caches.touch(tag);
}

export function changeAuth(d: Draft, patch: Partial<AuthState>): void {
  d.auth = { ...d.auth, ...patch };
}

export function changeSocket(d: Draft, patch: Partial<SocketState>): void {
  d.socket = { ...d.socket, ...patch };
}

/** A random number within [0, 1). All numbers of a step derive from the event's own (Lehmer's generator). */
export function chance(d: Draft): number {
  const drawn = d.random;
  d.random = (((Math.floor(drawn * 2147483646) + 1) * 48271) % 2147483647) / 2147483647;
  return drawn;
}

/** Whether a moment has come; if not, the client wakes up at that moment. */
export function isDue(d: Draft, at: number): boolean {
  if (at <= d.now) return true;
  if (at < d.nextAt) d.nextAt = at;
  return false;
}
