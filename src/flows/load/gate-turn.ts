/**
 * The turn of a load at the gate of its source, before the claim: a load that is not let in uses no attempt and holds
 * no lease.
 */

import type { GateWait } from '../../ports/source-gate.ts';
import type { Services } from '../services.ts';
import type { GateHold } from './gate-hold.ts';

/** Loads that wait for the same time come at random times within this interval after it, ms. */
const SPREAD_MS = 2000;
/** After this many refusals, the pause does not grow further. */
const MOST_ATTEMPTS = 5;

/** What a message says about the gate of its load. */
export interface KnownGate {
  /** Title of its resource. */
  resource?: string | undefined;
  /** Name of its source, if that has limits. */
  gate?: string | undefined;
  /** An administrator forces the load. */
  force?: boolean | undefined;
}

/**
 * Enters the gate that the message names, by the isolate's copy of the definition. Null: the load may be claimed. If
 * neither names a gate, that is found out after the claim.
 */
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
 * Returns when the message comes again, ms. If many loads wait for few permits, those that have waited longer ask less
 * often.
 *
 * @param attempts how often the message was delivered
 * @param random from 0 up to 1
 */
export function againMs({ reason, waitMs }: GateWait, attempts: number, random: number): number {
  return (reason === 'full' ? waitMs * Math.min(attempts, MOST_ATTEMPTS) : waitMs) + random * SPREAD_MS;
}
