/** Which caches are used, in this tab and in the others. The tab that leads asks for all of them. */

import type { Parameters } from '../api.ts';
import type { Message, Used } from './tabs.ts';

/** How often this tab asks the others whether they still exist, ms. */
const ROUND_MS = 10 * 60_000;

export interface Uses {
  /** What this tab uses. */
  own(): Used[];
  set(cache: string, title: string, parameters: Parameters, isUsed: boolean): void;
  isUsed(cache: string): boolean;
  /** Another tab tells all caches that it uses, or one that it starts or stops using. */
  heard(message: Extract<Message, { kind: 'uses' | 'use' }>): void;
  /** Starts a new round if one is due: tabs that did not answer in the last round are gone. @returns whether it did */
  round(now: number): boolean;
  /** Forgets the other tabs, because another tab leads now. */
  forgetOthers(): void;
}

/** `changed` is called for each cache whose use may have started or ended. */
export function usesOf(changed: (used: Used) => void): Uses {
  const own = new Map<string, Used>();
  const others = new Map<string, Map<string, Used>>();
  let silent = new Set<string>();
  let roundAt = Number.NEGATIVE_INFINITY;

  const replace = (tab: string, list: readonly Used[]) => {
    const before = others.get(tab) ?? new Map<string, Used>();
    const now = new Map(list.map((used) => [used[0], used]));
    if (now.size === 0) others.delete(tab);
    else others.set(tab, now);
    for (const used of new Map([...before, ...now]).values()) changed(used);
  };
  const heardOne = (tab: string, used: Used, isUsed: boolean) => {
    const [cache] = used;
    const list = others.get(tab) ?? new Map<string, Used>();
    if (isUsed) others.set(tab, list.set(cache, used));
    else list.delete(cache);
    if (list.size === 0) others.delete(tab);
    changed(used);
  };

  return {
    own: () => [...own.values()],
    set(cache, title, parameters, isUsed) {
      if (isUsed) own.set(cache, [cache, title, parameters]);
      else own.delete(cache);
      changed([cache, title, parameters]);
    },
    isUsed: (cache) => own.has(cache) || [...others.values()].some((list) => list.has(cache)),
    heard(message) {
      silent.delete(message.from);
      if (message.kind === 'uses') replace(message.from, message.caches);
      else heardOne(message.from, message.used, message.isUsed);
    },
    round(now) {
      if (now - roundAt < ROUND_MS) return false;
      for (const tab of silent) replace(tab, []);
      silent = new Set(others.keys());
      roundAt = now;
      return true;
    },
    forgetOthers() {
      for (const tab of [...others.keys()]) replace(tab, []);
      roundAt = Number.NEGATIVE_INFINITY;
    },
  };
}
