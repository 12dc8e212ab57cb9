/**
 * The client's state machine: (state, event) -> (next state, commands). It has no clock and no random numbers: `now`,
 * `wall` and `random` come with each event. Its tables: client-rules.ts, cache-rules.ts, socket-rules.ts;
 * docs/client.md shows them.
 */

import { mayAsk } from './ask.ts';
import { CACHE_RULES } from './cache-rules.ts';
import { planCheck, planSettling } from './check.ts';
import { CLIENT_RULES, wake } from './client-rules.ts';
import { type Draft, draftOf, stateOf } from './draft.ts';
import type { CacheEvents, ClientEvents, Command, Event, Happening, SocketEvents } from './events.ts';
import { planLead } from './lead-rules.ts';
import { planCompaction, planReads, planToken } from './reads.ts';
import { planSocket, SOCKET_RULES } from './socket-rules.ts';
import type { State } from './state.ts';
import { NEVER, SECOND_MS } from './times.ts';

/** A timer that is late by more than this, or a clock that jumps by more, means that the device slept. */
const DRIFT_MS = 10 * SECOND_MS;
/** In a visible page the timer fires at least this often, so that a delay reveals sleep. */
const PULSE_MS = 30 * SECOND_MS;

/** One step: the next state, and the commands, in order. `state` must not be used afterwards. */
export function reduce(state: State, event: Event): [State, readonly Command[]] {
  if (state.isClosed) return [state, []];
  const d = draftOf(state, event);
  heedClock(d);
  happen(d, event);
  plan(d);
  return [stateOf(d), d.commands];
}

function heedClock(d: Draft): void {
  const skew = d.wall - d.now;
  const hasSlept = d.now - d.timerAt > DRIFT_MS || Math.abs(skew - d.skewMs) > DRIFT_MS;
  d.skewMs = skew;
  // Timers of a hidden page are always late.
  if (hasSlept && d.isVisible && d.isStarted) wake(d);
}

function happen(d: Draft, event: Happening): void {
  if (event.type in CLIENT_RULES) {
    (CLIENT_RULES as Record<string, (d: Draft, event: Happening) => void>)[event.type]?.(d, event as never);
  } else if ('cache' in event) {
    const cache = d.caches.get(event.cache);
    if (cache === undefined) return;
    const rules = CACHE_RULES[cache.phase] as Record<string, (d: Draft, of: typeof cache, event: Happening) => void>;
    rules[event.type]?.(d, cache, event);
  } else {
    const rules = SOCKET_RULES[d.socket.phase] as Record<string, (d: Draft, event: Happening) => void>;
    rules[event.type]?.(d, event);
  }
}

/** Starts everything that is due and possible, and sets the timer to the next such moment. */
function plan(d: Draft): void {
  if (!d.isStarted || d.isClosed) return;
  planLead(d);
  if (mayAsk(d)) {
    planToken(d);
    planReads(d);
    planCheck(d);
    planReads(d);
    planSocket(d);
    planCompaction(d);
    if (d.isVisible) d.nextAt = Math.min(d.nextAt, d.now + PULSE_MS);
  }
  planSettling(d);
  setTimer(d);
}

function setTimer(d: Draft): void {
  const isPast = d.timerAt <= d.now;
  // To save timers, a later moment is set only after the current timer has fired.
  if (d.nextAt === NEVER ? d.timerAt === NEVER && !isPast : !isPast && d.timerAt <= d.nextAt) return;
  d.timerAt = d.nextAt;
  d.commands.push({ do: 'wake', at: d.nextAt });
}

export type { CacheEvents, ClientEvents, SocketEvents };
