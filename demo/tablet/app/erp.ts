/** The demo's ERP, behind the service. This page comes from the same server, so it can control the ERP. */

import type { Listing } from './listings.ts';
import { announceChange } from './service.ts';
import { findToken } from './token.ts';

/** Its behaviours, as sent to `/control`. */
export const MOODS = {
  well: { delay_ms: 150, fail: 0 },
  slow: { delay_ms: 4000, fail: 0 },
  down: { delay_ms: 150, fail: 503 },
} as const;
export type Mood = keyof typeof MOODS;

/** What the ERP reports. */
export interface Erp {
  mood: Mood;
  /** Number of requests for rows, by path. */
  requests: Readonly<Record<string, number>>;
}

/** Returns the ERP's state, after carrying out `order`. @throws Error with a text for the user */
export async function tellErp(order?: object): Promise<Erp> {
  const init = order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) };
  const answer = await fetch('/control', { ...init, cache: 'no-store' }).catch(() => null);
  if (answer === null || !answer.ok)
    throw new Error('The demo’s ERP cannot be reached: check that npm start is still running.');
  const { fail, delay_ms: delay, requests } = await answer.json();
  return { mood: fail !== 0 ? 'down' : delay >= MOODS.slow.delay_ms ? 'slow' : 'well', requests };
}

/**
 * Changes rows in the ERP, which then makes the service load them. Neither uses the app's own connection, which may be
 * switched off. This device learns of the change like all others.
 */
export async function changeRows(
  { title, erpPath }: Listing,
  parameters: Listing['parameters'],
  user: string,
  rows: number,
): Promise<Erp> {
  const erp = await tellErp({ edit: { path: erpPath(parameters, user), rows } });
  const token = await findToken();
  if (token === null) throw new Error('The rows have changed, but without a token the service cannot be told.');
  await announceChange(title, parameters, token);
  return erp;
}
