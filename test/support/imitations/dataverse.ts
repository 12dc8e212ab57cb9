/** Dataverse: tracks changes if the request asks for it; a deleted row has its own context and a reason. */

import { guid, type Imitation, unknown } from './imitation.ts';
import { deltaAnswer, ENTRA, microsoftFailure } from './microsoft.ts';

export const dataverse: Imitation = {
  login: ENTRA,
  hasLinks: true,
  answer(asked, world) {
    const { path, query, headers } = asked;
    if (path !== '/api/data/v9.2/products') return unknown(path);
    const isDelta = query.has('$deltatoken');
    if (!isDelta && !String(headers.prefer).includes('odata.track-changes')) return unknown('a load without changes');
    // Neither is allowed with change tracking.
    if (query.has('$filter') || query.has('$orderby')) return { status: 400, body: microsoftFailure(400).body };
    return deltaAnswer(asked, world, {
      after: '$skiptoken',
      delta: '$deltatoken',
      row: ({ id, name, price, changed }) => ({
        '@odata.etag': `W/"${id}"`,
        productid: guid(id),
        name,
        price: Number(price),
        modifiedon: changed,
      }),
      removed: ({ id }) => ({
        '@odata.context': `${world.host}/api/data/v9.2/$metadata#products/$deletedEntity`,
        id: guid(id),
        reason: 'deleted',
      }),
    });
  },
  failure: microsoftFailure,
};
