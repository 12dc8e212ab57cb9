/** A hub of live sockets, played by the model: it watches the cache for connected devices, is told, and answers. */

import type { IsWatchedRequest, LiveHubVerbs, PokeRequest } from '../../../src/contract/live.ts';
import { objects } from '../object-loads.ts';

/**
 * How a hub reacts to a poke: it answers; it cannot be reached; it gets the poke but its answer is lost; or, while it answers that
 * nobody is left, a device connects and the hub sets another watch at once.
 */
export const MOODS = ['answers', 'is away', 'loses its answer', 'comes back'] as const;
export type Mood = (typeof MOODS)[number];

export class PlayedHub implements Pick<LiveHubVerbs, 'poke' | 'isWatched'> {
  readonly number: number;
  mood: Mood = 'answers';
  /** The number of its last acknowledged watch. */
  n = 0;
  /** Whether that watch stands: no poke has found that nobody is left. */
  stands = false;
  /** Whether a device is connected. */
  isNeeded = false;
  /** The version that its sockets were told last. */
  version = 0;
  revision = 0;
  /** The pokes since the model last read them, and whether the hub was asked if it needs the cache. */
  pokes: PokeRequest[] = [];
  wasAsked = false;
  /** It has set a watch while it answered that nobody is left. */
  cameBack = false;

  constructor(number: number) {
    this.number = number;
  }

  async poke(request: PokeRequest): Promise<boolean> {
    this.#demandThere();
    this.pokes.push(request);
    if (this.isNeeded) this.#hear(request);
    else this.stands = false;
    return this.#answer(request.key);
  }

  async isWatched({ key, keeps }: IsWatchedRequest): Promise<boolean> {
    this.#demandThere();
    this.wasAsked = true;
    if (!this.isNeeded && keeps !== true) this.stands = false;
    return this.#answer(key);
  }

  /** Asks the object to list it, with its next number unless its watch stands; returns whether it does. */
  async watch(key: string): Promise<boolean> {
    const n = this.stands ? this.n : this.n + 1;
    const answer = await objects.watch({ key, hub: this.number, n });
    if (answer.outcome !== 'watched') return false;
    this.n = n;
    this.stands = true;
    this.isNeeded = true;
    this.#hear(answer);
    return true;
  }

  #hear({ version, revision }: { version: number; revision: number }): void {
    if (revision >= this.revision) Object.assign(this, { version, revision });
  }

  async #answer(key: string): Promise<boolean> {
    const { isNeeded } = this;
    if (this.mood === 'loses its answer') throw new Error('struck: the answer of the hub was lost');
    if (this.mood === 'comes back' && !isNeeded) {
      this.mood = 'answers';
      this.cameBack = await this.watch(key);
    }
    return isNeeded;
  }

  #demandThere(): void {
    if (this.mood === 'is away') throw new Error('struck: the hub is away');
  }
}
