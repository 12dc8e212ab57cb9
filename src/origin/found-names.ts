/** Names that occur on the way to a table, to help an operator whose path leads to no rows. */

import { columnWarning } from '../core/column-facts.ts';
import { type ColumnWatch, MOST_TOLD, toldNames } from './column-watch.ts';

/** The first names at each place on the paths of tables. */
export class FoundNames<Place> {
  readonly #names = new Map<Place, Set<string>>();

  /** The answer contains this place. */
  open(place: Place): void {
    if (!this.#names.has(place)) this.#names.set(place, new Set());
  }

  /** An open place contains this name. */
  add(place: Place, name: string): void {
    const names = this.#names.get(place);
    // One more than is shown, so that the text can say that there are more.
    if (names !== undefined && names.size <= MOST_TOLD) names.add(name);
  }

  /** The names as shown, and how many are kept. */
  at(place: Place): { told: string; count: number } {
    const names = [...(this.#names.get(place) ?? [])];
    return { told: toldNames(names), count: names.length };
  }

  /** The names at the last place of a path that the answer contains; empty if it has none. Each place comes with its name. */
  last(way: readonly (readonly [called: string, place: Place])[]): string {
    const [called, place] = way.findLast(([, one]) => this.#names.has(one)) ?? [];
    const { told, count } = place === undefined ? { told: '', count: 0 } : this.at(place);
    return count === 0 ? '' : `${told} ${called === '' ? 'at its root' : `at "${called}"`}`;
  }
}

/** Notes that a table has no rows in an answer, with the names that were found and may be the right ones. */
export function noteInstead(watch: ColumnWatch | undefined, detail: string, names: string): void {
  if (watch !== undefined && names !== '') watch.instead ??= columnWarning(detail, names);
}
