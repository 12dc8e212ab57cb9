/** What a definition expects each answer to say of itself (`origin.expect`, CONTRACT 4 "Whole answers"). */

import { LoadFailure } from '../contract/problem.ts';
import type { Expectation } from '../contract/resource.ts';
import { pointerTokens } from '../core/pointer.ts';

/** Whether an expectation is about the answer's body, and not about a header of it. */
export function isOfBody({ at }: Expectation): boolean {
  return at.startsWith('/');
}

/** @throws LoadFailure `origin-refused` for a header that says something else */
export function checkHeaders(expectations: readonly Expectation[], headers: Headers): void {
  for (const expectation of expectations) {
    if (isOfBody(expectation)) continue;
    const found = headers.get(expectation.at);
    const wanted = expectation.is === null ? null : String(expectation.is);
    if (found !== wanted) throw refused(expectation);
  }
}

/** A place on the way to what is expected, by member names and array indexes. */
export interface ExpectedNode {
  /** What is expected here. */
  here: Expectation[];
  children: Map<string, ExpectedNode>;
}

/** The places of the body that are to be looked at, from its root. */
export class BodyExpectations {
  readonly root: ExpectedNode = { here: [], children: new Map() };
  readonly #unseen = new Set<Expectation>();

  constructor(expectations: readonly Expectation[]) {
    for (const expectation of expectations.filter(isOfBody)) {
      this.#unseen.add(expectation);
      let node = this.root;
      for (const token of pointerTokens(expectation.at)) {
        const next = node.children.get(token) ?? { here: [], children: new Map() };
        node.children.set(token, next);
        node = next;
      }
      node.here.push(expectation);
    }
  }

  /**
   * A value at a place; undefined: an object or array, which is never what is expected. Of a repeated member each counts.
   *
   * @throws LoadFailure `origin-refused`
   */
  seen({ here }: ExpectedNode, value: string | number | boolean | null | undefined): void {
    for (const expectation of here) {
      this.#unseen.delete(expectation);
      if (value !== expectation.is) throw refused(expectation);
    }
  }

  /** The answer is over: what was nowhere is absent. @throws LoadFailure `origin-refused` */
  end(): void {
    for (const expectation of this.#unseen) if (expectation.is !== null) throw refused(expectation);
  }
}

function refused({ at, retry = false }: Expectation): LoadFailure {
  return new LoadFailure('origin-refused', `The origin's answer does not say at "${at}" what origin.expect demands.`, {
    retryable: retry,
  });
}
