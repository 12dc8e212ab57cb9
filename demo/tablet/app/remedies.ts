/** What the user can do about an error, by its code. */

import type { ErrorCode, FreshetError } from '@freshet/client';
import { SERVICE } from './service.ts';

const SERVICE_FAILS = 'The service retries automatically. If this continues, its log says why.';
const ORIGIN_FAILS = 'The ERP behind the table fails. The service keeps trying';

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  network: 'Check that this device has a network, and that npm start is still running.',
  timeout: 'The network or the service is slow. The app tries again automatically.',
  storage: 'Free some space on this device, or leave the private window.',
  integrity: 'The copy failed its check, so the whole table is loaded again.',
  unauthenticated: 'Paste a token that is valid: npm run -s token -- <user> makes one.',
  'insufficient-scope': 'This token may not read. Ask for one with the scope cache:read.',
  'device-mismatch': 'This token is for another device. Ask for one without a device, or for this one.',
  'not-found': 'An administrator has removed this table, or you may not see it.',
  'invalid-parameters': 'The table no longer has these parameters. Reload the page to get a newer Tablet.',
  'rate-limited': 'Too many requests at once. The app continues automatically.',
  overloaded: SERVICE_FAILS,
  internal: SERVICE_FAILS,
  misconfigured: 'An administrator has to correct a setting of the service.',
};

/** What to do about an error. `isHeld`: rows are shown nevertheless. */
export function remedyOf({ code }: FreshetError, isHeld: boolean): string {
  if (code.startsWith('origin-')) return ORIGIN_FAILS + (isHeld ? '; what you see is its last good answer.' : '.');
  return REMEDIES[code] ?? SERVICE_FAILS;
}

/** Address of the service's explanation; null: the error is not from the service. */
export function pageOf({ problem, code }: FreshetError): string | null {
  return problem === undefined ? null : `${SERVICE}/docs/problems#${code}`;
}
