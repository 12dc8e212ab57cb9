/** The demo's ERP, behind the service: this page comes from the same server, so it can be told what to do. */

import type { Listing } from './listings.ts';
import { announceChange } from './service.ts';
import { findToken } from './token.ts';

/** How it behaves: what is sent to its `/control`. */
export const MOODS = {
  well: { delay_ms: 150, fail: 0 },
  slow: { delay_ms: 4000, fail: 0 },
  down: { delay_ms: 150, fail: 503 },
} as const;
export type Mood = keyof typeof MOODS;

/** What it tells of itself. */
export interface Erp {
  mood: Mood;
  /** How often it was asked for rows, by path. */
  requests: Readonly<Record<string, number>>;
}

/** What it says of itself now; `order` is done first. @throws Error with words for people */
export async function tellErp(order?: object): Promise<Erp> {
  const init = order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) };
  const answer = await fetch('/control', { ...init, cache: 'no-store' }).catch(() => null);
  if (answer === null || !answer.ok)
    throw new Error('The demo’s ERP cannot be reached: see whether npm start still runs.');
  const { fail, delay_ms: delay, requests } = await answer.json();
  return { mood: fail !== 0 ? 'down' : delay >= MOODS.slow.delay_ms ? 'slow' : 'well', requests };
}

/**
 * Somebody in the office changes rows, and the ERP has the service load them: neither goes through this app, whose switch may
 * be off. What comes of it is told to this device as to all others.
 */
export async function changeRows(
  { title, erpPath }: Listing,
  parameters: Listing['parameters'],
  user: string,
  rows: number,
): Promise<Erp> {
  const erp = await tellErp({ edit: { path: erpPath(parameters, user), rows } });
  const token = await findToken();
  if (token === null) throw new Error('The rows have changed, but without a token nobody can be told of it.');
  await announceChange(title, parameters, token);
  return erp;
}
