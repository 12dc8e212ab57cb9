/** The gates of sources as flows call them. */

import type { SourceGates, SourceGateVerbs } from '../ports/source-gate.ts';
import { withTimeout } from '../waiting.ts';

/** How long a gate may take to answer, ms; it keeps its state in memory. A call without an answer grants no permit. */
const TIMEOUT_MS = 2000;

/**
 * The gates of a namespace. Calls are not retried here: a load's message is delivered again, and a permit that is not
 * returned expires.
 */
export function sourceGates(namespace: { getByName(name: string): SourceGateVerbs }): SourceGates {
  return (source) => {
    // Each call gets its own stub: a stub that has thrown may stay broken.
    const gate = () => namespace.getByName(source);
    return {
      enter: (request) => withTimeout(gate().enter(request), TIMEOUT_MS),
      more: (request) => withTimeout(gate().more(request), TIMEOUT_MS),
      close: (request) => withTimeout(gate().close(request), TIMEOUT_MS),
      leave: (request) => withTimeout(gate().leave(request), TIMEOUT_MS),
      token: (request) => withTimeout(gate().token(request), TIMEOUT_MS),
      putToken: (request) => withTimeout(gate().putToken(request), TIMEOUT_MS),
      view: () => withTimeout(gate().view(), TIMEOUT_MS),
      forget: () => withTimeout(gate().forget(), TIMEOUT_MS),
    };
  };
}
