/**
 * The machine of a hub: `step` takes the hub, an event and the context, changes the hub, and returns the answer and the
 * effects. It uses no binding, no socket and no clock. Its table of states and events is in docs/live.md.
 */

import { type HubContext, type HubEffects, type HubEventName, type HubEvents, noEffects } from './events.ts';
import type { Hub } from './hub.ts';
import { closed, message, open, signOut, ticket } from './sockets.ts';
import { subscribe } from './subscribe.ts';
import { alarm } from './upkeep.ts';
import { isWatched, poke, watched } from './watches.ts';

type Rules = {
  [N in HubEventName]: (
    hub: Hub,
    request: HubEvents[N]['request'],
    context: HubContext,
    effects: HubEffects,
  ) => HubEvents[N]['answer'];
};

const RULES: Rules = { ticket, open, subscribe, watched, poke, isWatched, signOut, message, closed, alarm };

/** One step of the hub. */
export function step<N extends HubEventName>(
  hub: Hub,
  name: N,
  request: HubEvents[N]['request'],
  context: HubContext,
): { answer: HubEvents[N]['answer']; effects: HubEffects } {
  const effects = noEffects();
  return { answer: RULES[name](hub, request, context, effects), effects };
}
