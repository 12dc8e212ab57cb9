/** `GET|POST /rpc/<resource_title>/`: reads the data itself (CONTRACT 3). Both methods are safe. */

import type { Context } from 'hono';
import { describeRead } from '#describe-read';
import { HEADER } from '../../contract/constants.ts';
import { Problem } from '../../contract/problem.ts';
import type { Resource } from '../../contract/resource.ts';
import { ParameterValues } from '../../contract/values.ts';
import { requestMaxAge } from '../../core/cache-control.ts';
import { cacheFor } from '../../core/cache-key.ts';
import { namedVersion } from '../../core/named-version.ts';
import { checkParameters, parametersFromQuery } from '../../core/parameters.ts';
import { parsePrefer, preferenceApplied } from '../../core/prefer.ts';
import { parseDelta } from '../../core/x-delta.ts';
import { knownCache } from '../../flows/read/known-caches.ts';
import { recoverBody } from '../../flows/read/open-answer.ts';
import { type CacheRead, serveCache } from '../../flows/read/serve-cache.ts';
import type { CacheIdentity } from '../../ports/entry.ts';
import { wantsEventStream } from '../event-stream.ts';
import { type AppEnv, factory } from '../factory.ts';
import { protectData } from '../identity.ts';
import { noQuery, queryOf, queryPairs, readJsonObject } from '../input.ts';
import { methods } from '../methods.ts';
import { replyPending, replyServed } from '../rpc-answer.ts';
import { heldUntil, serveLive, streamVersions } from '../rpc-live.ts';
import { acceptedUntil } from '../token-claims.ts';

/** How often a read is tried if the body that it found is gone. */
const MAX_TRIES = 3;

export const rpc = factory.createApp();

// Bodies come from the origin and have any type: a browser that is led here must not run one.
rpc.use('/rpc/*', async (c, next) => {
  c.header('Content-Security-Policy', "default-src 'none'; sandbox");
  await next();
  // The HTTP cache of a device would name the version of such an answer in all later requests.
  if (c.req.header(HEADER.delta) !== undefined) c.res.headers.set('Cache-Control', 'private, no-store');
});
rpc.use(
  '/rpc/:title',
  methods('GET', 'POST', 'HEAD', 'OPTIONS'),
  protectData('cache:read', (c) => c.req.param('title')),
);

rpc.get('/rpc/:title', describeRead('readCache', 'parameters are in the query'), (c) => {
  const user = c.get('identity').user;
  return answer(c, (title, definition) =>
    knownCache(definition, user, queryOf(c), () =>
      cacheFor(user, title, definition, parametersFromQuery(definition, queryPairs(c))),
    ),
  );
});

rpc.post(
  '/rpc/:title',
  describeRead('readCacheByPost', 'parameters are members of the JSON body, if there are any', ParameterValues),
  noQuery,
  async (c) => {
    const isEmpty = (await c.req.arrayBuffer()).byteLength === 0;
    const values = isEmpty ? {} : await readJsonObject(c);
    return answer(c, (title, definition) =>
      cacheFor(c.get('identity').user, title, definition, checkParameters(definition, values)),
    );
  },
);

/** Returns the cache that the request means under a definition. @throws Problem `invalid-parameters` */
type Identify = (title: string, definition: Resource) => CacheIdentity;

async function answer(c: Context<AppEnv>, identify: Identify): Promise<Response> {
  const services = c.get('services');
  const read = readOf(c, identify);
  if (wantsEventStream(c)) return streamVersions(c, read);
  const until = heldUntil(c, read);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { served, waited } =
      until === null ? { served: await serveCache(services, read), waited: false } : await serveLive(c, read, until);
    if (served.outcome === 'pending') {
      return replyPending(c, served.task, { [HEADER.preferenceApplied]: preferenceApplied(read.preferences) });
    }
    // The preference had an effect only if the request waited.
    const waitS = waited || served.forwarded !== null ? read.preferences.waitS : null;
    const more = { [HEADER.preferenceApplied]: preferenceApplied({ waitS }) };
    const reply = await replyServed(c, served, read.delta, more);
    if (reply !== null) return reply;
    await recoverBody(services, served.entry);
  }
  throw new Problem('overloaded', 'The cached body cannot be read now. Try again in a moment.', {
    headers: { 'Retry-After': '1' },
  });
}

/** @throws Problem `invalid-header` */
function readOf(c: Context<AppEnv>, identify: Identify): CacheRead {
  const identity = c.get('identity');
  const title = c.req.param('title') ?? '';
  const deltaHeader = c.req.header(HEADER.delta);
  const delta = deltaHeader === undefined ? null : parseDelta(deltaHeader);
  const names = {
    delta,
    ifNoneMatch: c.req.header('If-None-Match'),
    ifMatch: c.req.header('If-Match'),
    lastEventId: c.req.header('Last-Event-ID'),
  };
  const maxAgeS = identity.scopes.has('cache:refresh') ? requestMaxAge(c.req.header('Cache-Control')) : null;
  return {
    user: identity.user,
    reader: identity,
    title,
    identify: (definition) => identify(title, definition),
    namedVersion: (key) => namedVersion(names, key),
    delta,
    notBefore: maxAgeS === null ? null : Date.now() - maxAgeS * 1000,
    preferences: parsePrefer(c.req.header('Prefer')),
    latest: Math.max(Date.now(), acceptedUntil(identity.expiresAt)),
  };
}
