/** What a definition expects each answer to contain (`origin.expect`, CONTRACT 4 "Whole answers"). */

import { LoadFailure } from '../contract/problem.ts';
import type { Expectation } from '../contract/resource.ts';
import type { PlaceTree, Scalar } from './place-tree.ts';

/** Whether an expectation is about the answer's body, and not about a header. */
export function isOfBody({ at }: Expectation): boolean {
  return at.startsWith('/');
}

/** @throws LoadFailure `origin-refused` for a header with another value */
export function checkHeaders(expectations: readonly Expectation[], headers: Headers): void {
  for (const [index, expectation] of expectations.entries()) {
    if (isOfBody(expectation)) continue;
    const found = headers.get(expectation.at);
    const wanted = expectation.is === null ? null : String(expectation.is);
    if (found !== wanted) throw refused(expectation, index);
  }
}

/** The expectations about the body. */
export class BodyExpectations {
  readonly #unseen = new Map<Expectation, number>();

  /**
   * @param places gets the expected places; a caller that reports another value there gets `origin-refused` thrown
   * @param isText all values are texts, as in XML
   */
  constructor(expectations: readonly Expectation[], places: PlaceTree, isText = false) {
    for (const [index, expectation] of expectations.entries()) {
      if (!isOfBody(expectation)) continue;
      this.#unseen.set(expectation, index);
      // An expectation never matches an object or array.
      places.add(expectation.at, (value) => {
        this.#unseen.delete(expectation);
        if (!meets(value, expectation.is, isText)) throw refused(expectation, index);
      });
    }
  }

  /** The answer has ended: every place that was not reported is absent. @throws LoadFailure `origin-refused` */
  end(): void {
    for (const [expectation, index] of this.#unseen) if (expectation.is !== null) throw refused(expectation, index);
  }
}

/** Compares texts exactly; ignores white space around a number or a word. */
function meets(value: Scalar | undefined, is: Expectation['is'], isText: boolean): boolean {
  if (!isText || is === null || typeof value !== 'string') return value === is;
  return value === String(is) || value.trim() === String(is);
}

function refused({ at, retry = false }: Expectation, index: number): LoadFailure {
  return new LoadFailure(
    'origin-refused',
    `The origin's answer does not have at "${at}" the value that origin.expect requires.`,
    {
      retryable: retry,
      place: `/origin/expect/${index}`,
    },
  );
}
