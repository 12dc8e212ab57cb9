/**
 * Microsoft Graph: a function `delta`, whose last page of all rows has the link to changes; deleted rows have
 * `@removed`.
 */

import { guid, type Imitation, unknown } from './imitation.ts';
import { deltaAnswer, ENTRA, microsoftFailure } from './microsoft.ts';

export const graph: Imitation = {
  login: ENTRA,
  hasLinks: true,
  answer(asked, world) {
    if (asked.path !== '/v1.0/users/delta') return unknown(asked.path);
    return deltaAnswer(asked, world, {
      after: '$skiptoken',
      delta: '$deltatoken',
      row: ({ id, name, price, changed }) => ({
        id: guid(id),
        displayName: name,
        employeeId: price,
        createdDateTime: changed,
      }),
      removed: ({ id }) => ({ id: guid(id), '@removed': { reason: 'changed' } }),
    });
  },
  failure: microsoftFailure,
};
