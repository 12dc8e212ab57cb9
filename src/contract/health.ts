/** What `GET /healthz` tells (CONTRACT 5). */

import * as v from 'valibot';
import { about } from './about.ts';

/** How the service is; the members in this order. */
export const Health = v.strictObject({
  status: about(
    v.picklist(['ok', 'failing', 'misconfigured']),
    '`failing` where a store fails, `misconfigured` where no token can be verified; the answer then is 503.',
  ),
  stores: about(
    v.record(v.string(), v.picklist(['ok', 'failing'])),
    'Name of each store, and whether it answers in time.',
  ),
  edge: about(
    v.picklist(['ok', 'keeps nothing']),
    'Whether the edge cache keeps what is put there; on workers.dev it does not, and the service is slower.',
  ),
  settings: about(v.optional(v.array(v.string())), 'What is wrong with which settings; left out: nothing.'),
});
