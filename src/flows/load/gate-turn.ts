/** The turn of a load at the gate of its source, before it is claimed: whoever is not let in uses no attempt and holds no lease. */

import type { GateWait } from '../../ports/source-gate.ts';
import type { Services } from '../services.ts';
import type { GateHold } from './gate-hold.ts';

/** Those who wait for the same moment come within this time after it, ms. */
const SPREAD_MS = 2000;
/** Whoever has come so often in vain comes no less often. */
const MOST_ATTEMPTS = 5;

/** What a message tells of the gate of its load. */
export interface KnownGate {
  /** Title of its resource. */
  resource?: string | undefined;
  /** Name of its source, where that has limits. */
  gate?: string | undefined;
  /** An administrator forces the load. */
  force?: boolean | undefined;
}

/** Enters the gate that the message names, by the copy of the definition; null: the load may be claimed. What neither tells is found out after the claim. */
export async function enterKnownGate(
  { resources }: Pick<Services, 'resources'>,
  { gate: name, resource: title, force = false }: KnownGate,
  gate: GateHold,
): Promise<GateWait | null> {
  if (name === undefined || title === undefined) return null;
  const resource = await resources.find(title);
  return resource === null ? null : gate.enter(resource, force);
}

/**
 * When the message comes again, ms: of many who wait for one of few permits, those that have waited for long ask less often.
 *
 * @param attempts how often it has come
 * @param random from 0 up to 1
 */
export function againMs({ reason, waitMs }: GateWait, attempts: number, random: number): number {
  return (reason === 'full' ? waitMs * Math.min(attempts, MOST_ATTEMPTS) : waitMs) + random * SPREAD_MS;
}
