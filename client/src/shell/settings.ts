/** The settings that result from the options. */

import type { Options } from '../api.ts';
import type { Settings } from '../core/state.ts';

const POLL_S = 900;
const POKE_FLOOR_S = 2;

export function settingsOf({
  live = 'socket',
  pollS = POLL_S,
  pokeFloorS = POKE_FLOOR_S,
  denied = 'keep',
}: Options): Settings {
  return { live, pollMs: pollS * 1000, pokeFloorMs: pokeFloorS * 1000, denied };
}
