/** Business Central: a deleted row has only an id and a context. */

import { guid, type Imitation, unknown } from './imitation.ts';
import { deltaAnswer, ENTRA, microsoftFailure } from './microsoft.ts';

const PATH = /^\/v2\.0\/contoso\.onmicrosoft\.com\/Production\/api\/v2\.0\/companies\([\w-]+\)\/items$/;

export const businessCentral: Imitation = {
  login: ENTRA,
  hasLinks: true,
  answer(asked, world) {
    const { path, query, headers } = asked;
    if (!PATH.test(path)) return unknown(path);
    const isDelta = query.has('$deltatoken');
    if (!isDelta && !String(headers.prefer).includes('odata.track-changes')) return unknown('a load without changes');
    return deltaAnswer(asked, world, {
      after: '$skiptoken',
      delta: '$deltatoken',
      row: ({ id, name, price, changed }) => ({
        '@odata.etag': `W/"${id}"`,
        id: guid(id),
        displayName: name,
        unitPrice: Number(price),
        lastModifiedDateTime: changed,
      }),
      removed: ({ id }) => ({
        '@odata.context': `${world.host}${path.replace(/\/items$/, '')}/$metadata#items/$deletedEntity`,
        id: guid(id),
      }),
    });
  },
  failure: microsoftFailure,
};
