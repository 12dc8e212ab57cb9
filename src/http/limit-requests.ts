/** How much one user may ask (CONTRACT 6): requests over the limit are answered 429, those of others go on. */

import { factory } from './factory.ts';

/**
 * Middleware for requests whose user is known; `protect` (identity.ts) runs it, so that no route goes without. What loads
 * is limited in the flows, which alone know whether a request does.
 *
 * @throws Problem `rate-limited`
 */
export const limitRequests = factory.createMiddleware(async function limitRequests(c, next) {
  await c.get('services').limits.request(c.get('identity').user);
  await next();
});
