/**
 * The token of a source: one for all isolates, asked for by one load at a time. A new one is asked for well before the old one ends, and
 * meanwhile the others go on with that.
 */

import type { SealedToken, TokenAnswer, TokenRequest } from '../../ports/source-gate.ts';
import type { GateState } from './gate.ts';

/** How long a load has for asking, ms: one that was cut holds the others up no longer. */
const ASKING_MS = 30_000;
/** When the others look again, ms. */
const LOOK_MS = 250;
/** A token is replaced so long before its end, ms, or a tenth of its time, or half of a short one's. */
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

/** What came of asking. Whoever was too slow for the others to wait changes nothing of what they have got since. */
export function putToken(gate: GateState, { load, token: made }: { load: string; token: SealedToken | null }): void {
  if (gate.asking?.load !== load) return;
  gate.asking = null;
  if (made !== null) gate.token = made;
}

/** From when on a token is to be replaced that is good for so long from now on, ms since the epoch. */
export function refreshAt(lifeMs: number, now: number): number {
  const skewMs = Math.min(Math.max(SKEW_MS, lifeMs * SKEW_SHARE), lifeMs * MOST_SKEW_SHARE);
  return now + lifeMs - skewMs;
}
