/** A hub of live sockets as the model plays it: it watches the cache for whoever is connected, is told, and answers. */

import type { LiveHubVerbs, PokeRequest } from '../../../src/contract/live.ts';
import { objects } from '../object-loads.ts';

/**
 * How a hub meets what it is told: it answers; it cannot be reached; it hears, and its answer is lost; or somebody connects while it
 * answers that nobody is left, and it has another watch set at once.
 */
export const MOODS = ['answers', 'is away', 'loses its answer', 'comes back'] as const;
export type Mood = (typeof MOODS)[number];

export class PlayedHub implements Pick<LiveHubVerbs, 'poke' | 'isWatched'> {
  readonly number: number;
  mood: Mood = 'answers';
  /** The number of its last watch that was acknowledged. */
  n = 0;
  /** Whether somebody is connected. */
  isNeeded = false;
  /** What its sockets were told last. */
  version = 0;
  revision = 0;
  /** What it was told since the model last looked, and whether it was asked if it needs the cache. */
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
    return this.#answer(request.key);
  }

  async isWatched({ key }: { key: string }): Promise<boolean> {
    this.#demandThere();
    this.wasAsked = true;
    return this.#answer(key);
  }

  /** Has the object list it under its next number; whether it does. */
  async watch(key: string): Promise<boolean> {
    const n = this.n + 1;
    const answer = await objects.watch({ key, hub: this.number, n });
    if (answer.outcome !== 'watched') return false;
    this.n = n;
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
