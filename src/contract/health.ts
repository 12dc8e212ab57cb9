/** The answer of `GET /healthz` (CONTRACT 5). */

import * as v from 'valibot';
import { about } from './about.ts';

/** The state of the service; the members in this order. */
export const Health = v.strictObject({
  status: about(
    v.picklist(['ok', 'failing', 'misconfigured']),
    '`failing`: a store fails. `misconfigured`: no token can be verified. The answer is then 503.',
  ),
  stores: about(
    v.record(v.string(), v.picklist(['ok', 'failing'])),
    'The name of each store, and whether it answers in time.',
  ),
  edge: about(
    v.picklist(['ok', 'keeps nothing']),
    'Whether the edge cache keeps what is stored in it; on workers.dev it does not, and the service is slower.',
  ),
  settings: about(v.optional(v.array(v.string())), 'Faults of the settings; left out: none.'),
});
