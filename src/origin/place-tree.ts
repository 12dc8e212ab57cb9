/** Places in a JSON answer whose values are told as it goes by: RFC 6901 pointers, followed all at once. */

import { pointerTokens } from '../core/pointer.ts';

/** A value of JSON that is no container. */
export type Scalar = string | number | boolean | null;

/** Is told of the value at a place, and of its text: of a number the digits as they came. Undefined: an object or array. */
export type TakeValue = (value: Scalar | undefined, text: string) => void;

/** A place on the way to others, by member names and array indexes. */
export interface PlaceNode {
  /** Who is told of the value here. */
  here: TakeValue[];
  children: Map<string, PlaceNode>;
}

/** The places of one answer, from its root. */
export class PlaceTree {
  readonly root: PlaceNode = { here: [], children: new Map() };
  /** The same as they were added, for answers that are no JSON. */
  readonly all: { pointer: string; take: TakeValue }[] = [];

  /** Of a repeated member each value is told. */
  add(pointer: string, take: TakeValue): void {
    this.all.push({ pointer, take });
    let node = this.root;
    for (const token of pointerTokens(pointer)) {
      const next = node.children.get(token) ?? { here: [], children: new Map() };
      node.children.set(token, next);
      node = next;
    }
    node.here.push(take);
  }
}
