/** The verbs of the cache object as they go over the wire: their answers are JSON texts. */

import type { CacheObjectVerbs } from './object.ts';

declare const answer: unique symbol;
/**
 * An answer of the object as JSON. If the answer were an object, the platform would tie its lifetime to the call, which
 * costs the caller more than the call itself (docs/performance.md).
 */
export type EncodedAnswer<Answer> = string & { readonly [answer]?: Answer };

/** The verbs as the object itself implements them. */
export type EncodedVerbs = Pick<CacheObjectVerbs, 'wake'> & {
  [Verb in Exclude<keyof CacheObjectVerbs, 'wake'>]: (
    ...request: Parameters<CacheObjectVerbs[Verb]>
  ) => Promise<EncodedAnswer<Awaited<ReturnType<CacheObjectVerbs[Verb]>>>>;
};
