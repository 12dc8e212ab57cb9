/** What a definition expects each answer to say of itself (`origin.expect`, CONTRACT 4 "Whole answers"). */

import { LoadFailure } from '../contract/problem.ts';
import type { Expectation } from '../contract/resource.ts';
import type { PlaceTree, Scalar } from './place-tree.ts';

/** Whether an expectation is about the answer's body, and not about a header of it. */
export function isOfBody({ at }: Expectation): boolean {
  return at.startsWith('/');
}

/** @throws LoadFailure `origin-refused` for a header that says something else */
export function checkHeaders(expectations: readonly Expectation[], headers: Headers): void {
  for (const [index, expectation] of expectations.entries()) {
    if (isOfBody(expectation)) continue;
    const found = headers.get(expectation.at);
    const wanted = expectation.is === null ? null : String(expectation.is);
    if (found !== wanted) throw refused(expectation, index);
  }
}

/** What the body is expected to say. */
export class BodyExpectations {
  readonly #unseen = new Map<Expectation, number>();

  /**
   * @param places are watched for what is expected; whoever tells of one gets `origin-refused` thrown where it says otherwise
   * @param isText all values are texts, as those of XML
   */
  constructor(expectations: readonly Expectation[], places: PlaceTree, isText = false) {
    for (const [index, expectation] of expectations.entries()) {
      if (!isOfBody(expectation)) continue;
      this.#unseen.set(expectation, index);
      // A container is never what is expected.
      places.add(expectation.at, (value) => {
        this.#unseen.delete(expectation);
        if (!meets(value, expectation.is, isText)) throw refused(expectation, index);
      });
    }
  }

  /** The answer is over: what was nowhere is absent. @throws LoadFailure `origin-refused` */
  end(): void {
    for (const [expectation, index] of this.#unseen) if (expectation.is !== null) throw refused(expectation, index);
  }
}

/** Texts are compared as such, and white space round a number or a word is none of it. */
function meets(value: Scalar | undefined, is: Expectation['is'], isText: boolean): boolean {
  if (!isText || is === null || typeof value !== 'string') return value === is;
  return value === String(is) || value.trim() === String(is);
}

function refused({ at, retry = false }: Expectation, index: number): LoadFailure {
  return new LoadFailure('origin-refused', `The origin's answer does not say at "${at}" what origin.expect demands.`, {
    retryable: retry,
    place: `/origin/expect/${index}`,
  });
}
