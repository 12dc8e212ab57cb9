/** The life of the socket: the table of phases and events. If a pair is missing, it does not compile. */

import { failure, unauthenticated } from '../error.ts';
import { askToken, dropAll, isReady, refuse, requestFailed, requestSucceeded } from './ask.ts';
import { chance, changeAll, changeSocket, type Draft, isDue } from './draft.ts';
import type { SocketEventName, SocketEvents } from './events.ts';
import { backoff, between, floorOf } from './pace.ts';
import type { SocketPhase } from './state.ts';
import { HOUR_MS, MINUTE_MS, NEVER, SECOND_MS } from './times.ts';

type Rule<N extends SocketEventName> = (d: Draft, event: SocketEvents[N]) => void;
type Rules = { readonly [P in SocketPhase]: { readonly [N in SocketEventName]: Rule<N> } };

/** Failed upgrades after which a proxy is to blame; refused tickets after which something else is wrong. */
const MOST_UPGRADES = 3;
const MOST_TICKETS = 2;
/** A socket that lived longer did not fail. */
const LIVED_MS = MINUTE_MS;
const FIRST_BACKOFF_MS = 30 * SECOND_MS;

const ignore = (): void => {};
/** Closes a socket that nothing waits for any more. */
const refuseIt = (d: Draft): void => {
  d.commands.push({ do: 'endSocket' });
};

const ticketed: Rule<'ticketed'> = (d) => {
  requestSucceeded(d);
  changeSocket(d, { phase: 'opening' });
  d.commands.push({ do: 'open' });
};

const unticketed: Rule<'unticketed'> = (d, { error }) => {
  if (error.status === 401 || error.code === 'network' || error.code === 'timeout') {
    rest(d, d.now);
    requestFailed(d, error);
    return;
  }
  const fails = d.socket.fails + 1;
  const isThere = error.status === 429 || (error.status ?? 0) >= 500;
  rest(d, isThere ? Math.max(floorOf(d, error), backoff(d, fails)) : d.now + HOUR_MS);
  changeSocket(d, { fails });
};

const opened: Rule<'opened'> = (d, { id, checkWithinMs }) => {
  changeSocket(d, { phase: 'open', id, seq: 0, openedAt: d.now, isTold: false, upgrades: 0, tickets: 0 });
  d.fullAt = Math.min(d.fullAt, d.now + chance(d) * checkWithinMs);
};

const ended: Rule<'ended'> = (d, { code, wasOpen }) => {
  const { socket } = d;
  const isShort = socket.phase !== 'open' || d.now - socket.openedAt < LIVED_MS;
  const fails = failsAfter(d, isShort);
  const upgrades = wasOpen ? 0 : socket.upgrades + 1;
  const tickets = code === 4408 ? socket.tickets + 1 : socket.tickets;
  rest(d, d.now);
  const openAt = openAfter(d, code, { fails, upgrades, tickets, isShort });
  changeSocket(d, { openAt, fails, tickets, upgrades: upgrades >= MOST_UPGRADES ? 0 : upgrades });
  // The service did not close it: as far as the client knows, the service is not reachable.
  if (wasOpen && code < 4000) d.error ??= failure();
  if (code === 4403) {
    if (d.settings.denied === 'drop') dropAll(d, true);
    refuse(d, unauthenticated('the service has signed this user out'));
  } else if (code === 4401 && d.auth.phase === 'ready' && !d.auth.isOld) askToken(d, 'expiring');
};

/** Failures in a row, including the end of this socket. */
function failsAfter({ socket }: Draft, isShort: boolean): number {
  return isShort ? socket.fails + 1 : 1;
}

interface Tries {
  fails: number;
  upgrades: number;
  tickets: number;
  isShort: boolean;
}

function openAfter(d: Draft, code: number, { fails, upgrades, tickets, isShort }: Tries): number {
  if (upgrades >= MOST_UPGRADES) return d.now + HOUR_MS;
  if (code === 4409 || code === 4429) return between(d, 15 * MINUTE_MS, 30 * MINUTE_MS);
  if (code === 4408 && tickets <= MOST_TICKETS) return d.now;
  // Open at once, but not in a loop.
  if ((code === 4000 || code === 4401) && !(isShort && fails > 1)) return d.now;
  return backoff(d, fails, 5 * MINUTE_MS, FIRST_BACKOFF_MS);
}

/** There is no socket: nothing reports changes. */
function rest(d: Draft, openAt: number): void {
  if (d.socket.isTold) d.fullAt = Math.min(d.fullAt, d.now + d.settings.pollMs);
  changeSocket(d, { phase: 'waiting', openAt, isTold: false });
  changeAll(d, ({ isTold }) => (isTold ? { isTold: false } : null));
}

/** Ends the socket and opens another one at `openAt`. Repeated `gone` counts as failures, too. */
export function restartSocket(d: Draft, openAt: number): void {
  if (d.socket.phase === 'off') return;
  const fails = failsAfter(d, d.now - d.socket.openedAt < LIVED_MS);
  if (d.socket.phase !== 'waiting') d.commands.push({ do: 'endSocket' });
  rest(d, fails > 1 ? Math.max(openAt, backoff(d, fails)) : openAt);
  changeSocket(d, { fails });
}

/** Replaces the socket after sleep: it may have missed changes. */
export function wakeSocket(d: Draft) {
  if (d.socket.phase === 'off') return;
  const { openAt, phase } = d.socket;
  if (phase === 'waiting') return changeSocket(d, { openAt: Math.min(openAt, d.now) });
  d.commands.push({ do: 'endSocket' });
  rest(d, d.now);
}

/** Opens a socket if one is due and at least one cache is used. */
export function planSocket(d: Draft): void {
  if (d.socket.phase !== 'waiting' || d.caches.count('used') === 0) return;
  if (!isDue(d, d.socket.openAt) || !isReady(d)) return;
  changeSocket(d, { phase: 'ticket', openAt: NEVER });
  d.commands.push({ do: 'ticket' });
}

const WITHOUT: Rules['off'] = { ticketed: ignore, unticketed: ignore, opened: refuseIt, ended: ignore };
export const SOCKET_RULES: Rules = {
  off: WITHOUT,
  waiting: WITHOUT,
  ticket: { ticketed, unticketed, opened: refuseIt, ended: ignore },
  opening: { ticketed: ignore, unticketed: ignore, opened, ended },
  open: { ticketed: ignore, unticketed: ignore, opened: ignore, ended },
};
