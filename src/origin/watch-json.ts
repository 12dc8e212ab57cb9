/** Reads JSON without tables while its bytes pass: it is parsed to the end, but no value is built or held. */

import { LoadFailure } from '../contract/problem.ts';
import { JsonEvents } from '../core/json-events.ts';
import type { AnswerWatch } from './answer-watch.ts';
import type { Findings } from './findings.ts';

/** Deepest nesting: each open container needs a little memory. */
const MAX_NESTING = 10_000;
/** Longer than any text that is compared or resolved. */
const MAX_TEXT_LENGTH = 16_384;

/** The same bytes. @throws LoadFailure `origin-malformed` if they are not JSON, and what the watch throws */
export async function* watchJson(
  body: AsyncIterable<Uint8Array>,
  watch: AnswerWatch,
  findings: Findings,
): AsyncGenerator<Uint8Array, void> {
  const events = new JsonEvents(watch, MAX_NESTING, MAX_TEXT_LENGTH);
  let isValid = true;
  const attempt = (work: () => void) => {
    if (isValid) isValid = succeeds(work, findings);
  };
  for await (const piece of body) {
    attempt(() => events.write(piece));
    yield piece;
  }
  attempt(() => events.end());
  if (isValid) watch.finish();
}

/** Reports invalid JSON as a finding; findings of the watch pass unchanged. */
function succeeds(work: () => void, findings: Findings): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof LoadFailure) || error.code !== 'origin-malformed') throw error;
    findings.malformed(error.message);
    return false;
  }
}
