/** The other tabs of a store: messages to and from them, the caches they use, and calls to the leading one. */

import type { Happening } from '../core/events.ts';
import type { State } from '../core/state.ts';
import { type Asks, asksOf } from './asks.ts';
import type { News } from './news.ts';
import type { Shared } from './platform.ts';
import { type Message, type Tabs, tabsOf } from './tabs.ts';
import { type Told, toldOf } from './told.ts';
import { type Uses, usesOf } from './uses.ts';

export interface Others {
  readonly tabs: Tabs;
  readonly asks: Asks;
  readonly told: Told;
  readonly uses: Uses;
}

interface World {
  /** Null: there are no other tabs, or no way to agree with them. */
  shared: Shared | null;
  state(): State;
  isClosed(): boolean;
  /** Whether the app uses the cache in this tab. */
  isOwn(cache: string): boolean;
  news: News;
  tell(happening: Happening): void;
  /** Another tab has dropped a copy that the user may not have. */
  denied(cache: string): void;
  /** The user has signed out in another tab. */
  bye(wipe: boolean): void;
}

export function othersOf(name: string, { shared, state, isClosed, isOwn, news, tell, denied, bye }: World): Others {
  const tabs = tabsOf(name, shared, {
    led(leads) {
      if (isClosed()) return;
      told.forget();
      tell({ type: 'lead', leads });
      if (leads) tabs.send({ kind: 'who' });
      else uses.forgetOthers();
      asks.again();
    },
    heard: (message) => hear(message),
  });
  const asks = asksOf(tabs, () => state().leads || state().isInMemory, tell);
  const told = toldOf(tabs);
  const uses = usesOf(([cache, title, parameters]) => {
    const isUsed = isOwn(cache) || (state().leads && uses.isUsed(cache));
    tell({ type: 'used', cache, title, parameters, isUsed });
  });

  const hear = (message: Message) => {
    const { leads } = state();
    if (message.kind === 'hint') tell({ type: 'hint', cache: message.cache, rev: message.rev });
    else if (message.kind === 'denied') for (const cache of message.caches) denied(cache);
    else if (message.kind === 'bye') bye(message.wipe);
    else if (message.kind === 'resume' || message.kind === 'signedOut') tell({ type: message.kind });
    else if (message.kind === 'uses' || message.kind === 'use') uses.heard(message);
    else if (message.kind === 'ask' || message.kind === 'answer') asks.heard(message);
    else if (message.kind === 'who') tabs.send({ kind: 'uses', caches: uses.own() });
    else if (message.kind === 'told' && !leads) {
      const { isOther, caches } = told.heard(message);
      if (caches === null) news.ofAll();
      else for (const cache of caches) news.of(cache);
      tell({ type: 'leaderHeard' });
      if (isOther) asks.again();
    } else if (message.kind === 'missing' && leads) told.tellAll(state());
    else if (message.kind === 'want' && leads) {
      told.tell(state(), [], true);
      tell({ type: 'leadWanted' });
    }
  };

  return { tabs, asks, told, uses };
}
