/** Which caches are used, in this tab and in the others. The tab that leads asks for all of them. */

import type { Parameters } from '../api.ts';
import type { Message, Used } from './tabs.ts';

/** How often the other tabs are asked whether they are still there, ms. */
const ROUND_MS = 10 * 60_000;

export interface Uses {
  /** What this tab uses. */
  own(): Used[];
  set(cache: string, title: string, parameters: Parameters, isUsed: boolean): void;
  isUsed(cache: string): boolean;
  heard(message: Extract<Message, { kind: 'uses' }>): void;
  /** A new round is due: tabs that have not answered in the last one are gone. */
  round(now: number): boolean;
  /** Forgets other tabs: another one leads. */
  forgetOthers(): void;
}

/** `changed` is called for each cache whose use may have begun or ended. */
export function usesOf(changed: (used: Used) => void): Uses {
  const own = new Map<string, Used>();
  const others = new Map<string, readonly Used[]>();
  let silent = new Set<string>();
  let roundAt = Number.NEGATIVE_INFINITY;

  const replace = (tab: string, now: readonly Used[]) => {
    const before = others.get(tab) ?? [];
    if (now.length === 0) others.delete(tab);
    else others.set(tab, now);
    for (const used of [...before, ...now]) changed(used);
  };

  return {
    own: () => [...own.values()],
    set(cache, title, parameters, isUsed) {
      if (isUsed) own.set(cache, [cache, title, parameters]);
      else own.delete(cache);
      changed([cache, title, parameters]);
    },
    isUsed: (cache) => own.has(cache) || [...others.values()].some((list) => list.some(([id]) => id === cache)),
    heard({ from, caches }) {
      silent.delete(from);
      replace(from, caches);
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
