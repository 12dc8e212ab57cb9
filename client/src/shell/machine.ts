/** Runs the machine: processes events one by one, passes on commands as they come, keeps one timer. */

import type { Command, Event, Happening } from '../core/events.ts';
import { reduce } from '../core/reduce.ts';
import { firstState, type Settings, type State } from '../core/state.ts';
import { isSameForAll } from '../core/status.ts';
import type { News } from './news.ts';
import type { Clock } from './platform.ts';

export interface Machine {
  readonly state: State;
  tell(happening: Happening): void;
}

/** `carryOut` executes a command; `changed` is called after all waiting events; `news` notes what they changed. */
export function machineOf(
  settings: Settings,
  clock: Clock,
  carryOut: (command: Exclude<Command, { do: 'wake' }>) => void,
  news: News,
  changed: () => void,
): Machine {
  let state = firstState(settings);
  const waiting: Happening[] = [];
  let isWorking = false;
  let stopTimer = () => {};

  const step = (happening: Happening) => {
    const moment = { now: clock.now(), wall: clock.wall(), random: clock.random() };
    const [next, commands] = reduce(state, { ...happening, ...moment } as Event);
    if (!isSameForAll(state, next)) news.ofAll();
    for (const cache of next.caches.changed) news.of(cache);
    if ('cache' in happening) news.of(happening.cache);
    state = next;
    for (const command of commands) {
      if (command.do !== 'wake') carryOut(command);
      else setTimer(command.at - moment.now);
    }
  };
  const setTimer = (ms: number) => {
    stopTimer();
    if (ms !== Number.POSITIVE_INFINITY) stopTimer = clock.after(Math.ceil(ms), () => tell({ type: 'tick' }));
  };
  const tell = (happening: Happening) => {
    waiting.push(happening);
    if (isWorking) return;
    isWorking = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) step(next);
    } finally {
      isWorking = false;
    }
    if (state.isClosed) stopTimer();
    changed();
  };
  return {
    get state() {
      return state;
    },
    tell,
  };
}
