/** Names that an answer has on the way to its tables, for the operator whose path to the rows leads past them. */

import { columnWarning } from '../core/column-facts.ts';
import { type ColumnWatch, MOST_TOLD, toldNames } from './column-watch.ts';

/** The first names at each place; a place is where paths of tables lead through. */
export class FoundNames<Place> {
  readonly #names = new Map<Place, Set<string>>();

  /** The answer has this place. */
  open(place: Place): void {
    if (!this.#names.has(place)) this.#names.set(place, new Set());
  }

  /** A place that is open has this name in it. */
  add(place: Place, name: string): void {
    const names = this.#names.get(place);
    // One more than is told, so that it is told of more.
    if (names !== undefined && names.size <= MOST_TOLD) names.add(name);
  }

  /** The names as they are told, and how many are kept. */
  at(place: Place): { told: string; count: number } {
    const names = [...(this.#names.get(place) ?? [])];
    return { told: toldNames(names), count: names.length };
  }

  /** Of a way from the root on, the names at the last place that the answer has; empty: it has none. Places by what they are called. */
  last(way: readonly (readonly [called: string, place: Place])[]): string {
    const [called, place] = way.findLast(([, one]) => this.#names.has(one)) ?? [];
    const { told, count } = place === undefined ? { told: '', count: 0 } : this.at(place);
    return count === 0 ? '' : `${told} ${called === '' ? 'at its root' : `at "${called}"`}`;
  }
}

/** Notes that a table has no rows in an answer, where names stand that may be meant. */
export function noteInstead(watch: ColumnWatch | undefined, detail: string, names: string): void {
  if (watch !== undefined && names !== '') watch.instead ??= columnWarning(detail, names);
}
