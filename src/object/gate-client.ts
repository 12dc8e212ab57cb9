/** The gates of sources as flows call them. */

import type { SourceGates, SourceGateVerbs } from '../ports/source-gate.ts';
import { withTimeout } from '../waiting.ts';

/** How long a gate may take, ms: it keeps all that it needs in memory. No answer is no permit. */
const TIMEOUT_MS = 2000;

/** The gates of a namespace. Nothing is tried again here: a load comes again, and a permit that is not given back runs out. */
export function sourceGates(namespace: { getByName(name: string): SourceGateVerbs }): SourceGates {
  return (source) => {
    // Each call takes a stub of its own: one that has thrown may stay broken.
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
