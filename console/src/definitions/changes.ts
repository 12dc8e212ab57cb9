/** The differences between two values, member by member. */

import { isObject, isSame, type Json, pointerTo } from './json.ts';

/** One difference. `undefined`: that side has no value. */
export interface Change {
  /** Where it is. Items that have names appear by name: `/tables/cars/columns/year`. */
  place: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** All differences, as deep as both sides have objects or named items. */
export function changesOf(before: Json | undefined, after: Json | undefined, place = ''): Change[] {
  if (isSame(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => changesOf(before[name], after[name], pointerTo(place, name)));
  }
  const [old, current] = [namedItems(before), namedItems(after)];
  if (old === null || current === null || old.size === 0 || current.size === 0) return [{ place, before, after }];
  const changes = [...new Set([...current.keys(), ...old.keys()])].flatMap((name) =>
    changesOf(old.get(name), current.get(name), pointerTo(place, name)),
  );
  const common = (items: Map<string, Json>, others: Map<string, Json>) =>
    [...items.keys()].filter((n) => others.has(n));
  const [orderBefore, orderAfter] = [common(old, current), common(current, old)];
  return isSame(orderBefore, orderAfter) ? changes : [...changes, { place, before: orderBefore, after: orderAfter }];
}

/** Items by name: texts, and objects with a `name`. Null: not an array, or not all items have unique names. */
export function namedItems(value: Json | undefined): Map<string, Json> | null {
  if (!Array.isArray(value)) return null;
  const items = new Map<string, Json>();
  for (const item of value) {
    const name = isObject(item) ? item.name : item;
    if (typeof name !== 'string' || items.has(name)) return null;
    items.set(name, item);
  }
  return items;
}
