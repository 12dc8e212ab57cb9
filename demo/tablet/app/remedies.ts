/** What somebody can do about an error, by its code. */

import type { ErrorCode, FreshetError } from '@freshet/client';
import { SERVICE } from './service.ts';

const SERVICE_FAILS = 'The service tries again by itself. If it lasts, its log tells why.';
const ORIGIN_FAILS = 'The ERP behind the table fails. The service goes on trying';

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  network: 'See whether this device has a network, and whether npm start still runs.',
  timeout: 'The network is slow, or the service is. It is tried again.',
  storage: 'Make room on this device, or leave the private window.',
  integrity: 'The copy did not verify, and is loaded as a whole again.',
  unauthenticated: 'Paste a token that is valid: npm run -s token -- <user> makes one.',
  'insufficient-scope': 'This token may not read. Ask for one with the scope cache:read.',
  'device-mismatch': 'This token is for another device. Ask for one without a device, or for this one.',
  'not-found': 'An administrator has removed this table, or you may not see it.',
  'invalid-parameters': 'The table has no such parameters any more. Reload for a newer Tablet.',
  'rate-limited': 'Too many requests at once. It goes on by itself.',
  overloaded: SERVICE_FAILS,
  internal: SERVICE_FAILS,
  misconfigured: 'An administrator has to mend a setting of the service.',
};

/** What to do about it; `isHeld`: rows are shown all the same. */
export function remedyOf({ code }: FreshetError, isHeld: boolean): string {
  if (code.startsWith('origin-')) return ORIGIN_FAILS + (isHeld ? '; what you see is its last good answer.' : '.');
  return REMEDIES[code] ?? SERVICE_FAILS;
}

/** Where the service explains it; null: it did not come from there. */
export function pageOf({ problem, code }: FreshetError): string | null {
  return problem === undefined ? null : `${SERVICE}/docs/problems#${code}`;
}
