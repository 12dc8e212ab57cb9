/** The verbs of the cache object as they go over the wire: what they answer is JSON. */

import type { CacheObjectVerbs } from './object.ts';

declare const answer: unique symbol;
/**
 * An answer on its way from the object, as JSON. The platform ties the lifetime of an answer that is an object to the call, at
 * more cost to the caller than the call itself (docs/performance.md).
 */
export type EncodedAnswer<Answer> = string & { readonly [answer]?: Answer };

/** The verbs as the object itself has them. */
export type EncodedVerbs = Pick<CacheObjectVerbs, 'wake'> & {
  [Verb in Exclude<keyof CacheObjectVerbs, 'wake'>]: (
    ...request: Parameters<CacheObjectVerbs[Verb]>
  ) => Promise<EncodedAnswer<Awaited<ReturnType<CacheObjectVerbs[Verb]>>>>;
};
