/** Merges a user's changes into those of another user, who saved first. */

import { namedItems } from './changes.ts';
import { isObject, isSame, type Json, type JsonObject, pointerTo } from './json.ts';

/** A place that both users changed in different ways. */
export interface Conflict {
  place: string;
  base: Json | undefined;
  theirs: Json | undefined;
  mine: Json | undefined;
}

export interface Merged {
  value: Json | undefined;
  conflicts: Conflict[];
}

/** Which side wins at a place that both changed. */
export type Choose = (place: string) => 'theirs' | 'mine';

/**
 * Applies both sides' changes to a base. Where both changed the same place, `choose` says which side wins.
 *
 * @param place of the value, as in `Change`
 */
export function merge(
  { base, theirs, mine }: Omit<Conflict, 'place'>,
  choose: Choose = () => 'mine',
  place = '',
): Merged {
  if (isSame(base, mine) || isSame(theirs, mine)) return { value: theirs, conflicts: [] };
  if (isSame(base, theirs)) return { value: mine, conflicts: [] };
  if (isObject(theirs) && isObject(mine)) {
    const old = isObject(base) ? base : {};
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
    const members = names.map((name) => ({
      name,
      ...merge({ base: old[name], theirs: theirs[name], mine: mine[name] }, choose, pointerTo(place, name)),
    }));
    const kept = members.flatMap(({ name, value }): [string, Json][] => (value === undefined ? [] : [[name, value]]));
    return { value: Object.fromEntries(kept) as JsonObject, conflicts: members.flatMap(({ conflicts }) => conflicts) };
  }
  return (
    mergeItems({ base, theirs, mine }, choose, place) ?? {
      value: choose(place) === 'mine' ? mine : theirs,
      conflicts: [{ place, base, theirs, mine }],
    }
  );
}

/** The same for lists of named items; null: the items have no names, or both users reordered them. */
function mergeItems({ base, theirs, mine }: Omit<Conflict, 'place'>, choose: Choose, place: string): Merged | null {
  const [old, other, own] = [namedItems(base), namedItems(theirs), namedItems(mine)];
  if (old === null || other === null || own === null) return null;
  const isMoved = (items: Map<string, Json>) =>
    !isSame(
      [...old.keys()].filter((name) => items.has(name)),
      [...items.keys()].filter((name) => old.has(name)),
    );
  const [theyMoved, iMoved] = [isMoved(other), isMoved(own)];
  if (theyMoved && iMoved) return null;
  // In the order of the side that moved items; the other side's new items follow.
  const names = [...new Set(theyMoved ? [...other.keys(), ...own.keys()] : [...own.keys(), ...other.keys()])];
  const items = names.map((name) =>
    merge({ base: old.get(name), theirs: other.get(name), mine: own.get(name) }, choose, pointerTo(place, name)),
  );
  return {
    value: items.flatMap(({ value }) => (value === undefined ? [] : [value])),
    conflicts: items.flatMap(({ conflicts }) => conflicts),
  };
}
