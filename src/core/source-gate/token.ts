/**
 * The token of a source: one for all isolates, fetched by one load at a time. A new token is fetched well before the
 * old one expires; meanwhile the other loads use the old one.
 */

import type { SealedToken, TokenAnswer, TokenRequest } from '../../ports/source-gate.ts';
import type { GateState } from './gate.ts';

/** How long a load has to fetch a token, ms: one that was cut off delays the others no longer than this. */
const ASKING_MS = 30_000;
/** When the other loads ask again, ms. */
const LOOK_MS = 250;
/** How long before its end a token is replaced: 60 s, or a tenth of its life if that is longer, but at most half of it. */
const SKEW_MS = 60_000;
const SKEW_SHARE = 0.1;
const MOST_SKEW_SHARE = 0.5;

export function token(gate: GateState, { load, fingerprint, seen }: TokenRequest, now: number): TokenAnswer {
  const known = gate.token;
  const isGood = known !== null && known.fingerprint === fingerprint && known.id !== seen && now < known.endsAt;
  if (isGood && now < known.refreshAt) return { outcome: 'token', token: known };
  const isAsked = gate.asking !== null && gate.asking.load !== load && now < gate.asking.until;
  if (isAsked) return isGood ? { outcome: 'token', token: known } : { outcome: 'wait', waitMs: LOOK_MS };
  gate.asking = { load, until: now + ASKING_MS };
  return { outcome: 'ask', standing: isGood ? known : null };
}

/** The result of a fetch. It is ignored if the load took so long that another one has begun to fetch. */
export function putToken(gate: GateState, { load, token: made }: { load: string; token: SealedToken | null }): void {
  if (gate.asking?.load !== load) return;
  gate.asking = null;
  if (made !== null) gate.token = made;
}

/** When a token that is valid for `lifeMs` from now must be replaced, ms since the epoch. */
export function refreshAt(lifeMs: number, now: number): number {
  const skewMs = Math.min(Math.max(SKEW_MS, lifeMs * SKEW_SHARE), lifeMs * MOST_SKEW_SHARE);
  return now + lifeMs - skewMs;
}
