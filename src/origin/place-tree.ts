/** Places in a JSON answer whose values are reported while it passes: RFC 6901 pointers, all followed in one pass. */

import { pointerTokens } from '../core/pointer.ts';

/** A JSON value that is neither an object nor an array. */
export type Scalar = string | number | boolean | null;

/** Receives the value at a place and its text (a number with its original digits). Undefined: an object or array. */
export type TakeValue = (value: Scalar | undefined, text: string) => void;

/** A place on the way to others, by member name and array index. */
export interface PlaceNode {
  /** The receivers of the value at this place. */
  here: TakeValue[];
  children: Map<string, PlaceNode>;
}

/** The places of one answer, from its root. */
export class PlaceTree {
  readonly root: PlaceNode = { here: [], children: new Map() };
  /** All places as they were added, for answers in other formats. */
  readonly all: { pointer: string; take: TakeValue }[] = [];

  /** If a member is repeated, each of its values is reported. */
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
