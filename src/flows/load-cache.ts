/** One load of a cache: from the definition to what is new in R2. */

import type { Lease } from '../contract/object.ts';
import { LoadFailure } from '../contract/problem.ts';
import { type DefinedResource, isDefined, type StoredResource } from '../contract/resource.ts';
import { isReachable } from '../core/reachable.ts';
import { buildRequest } from '../origin/build-request.ts';
import { type Fetch, fetchOrigin, type Validators } from '../origin/fetch-origin.ts';
import { checkContentType } from '../origin/media-type.ts';
import { withoutSecrets } from '../origin/redact.ts';
import { ROW_READERS } from '../origin/row-readers.ts';
import type { LoadResult } from '../tables/load.ts';
import { loadBytes } from '../tables/load-bytes.ts';
import { loadTables } from '../tables/load-tables.ts';
import type { LoadClock } from './load-clock.ts';
import { HEAVY_BYTES, type LoadSlot } from './load-slots.ts';
import type { Services } from './services.ts';

/** What of the services a load works with. */
export type LoadServices = Pick<Services, 'blobs' | 'secret' | 'settings'>;

/** What one load works with besides stores. */
export interface LoadOptions {
  fetch: Fetch;
  clock: LoadClock;
  slot: LoadSlot;
  /** ms since the epoch, for dates of the origin. */
  now: number;
  /** Is told when the origin's answer turns out to be heavy. */
  onHeavy: () => void;
}

/** What a load brought. `hasBody`: the origin sent one, instead of 304. */
export type LoadedCache = LoadResult & { validators: Validators; hasBody: boolean };

/**
 * The resource that a load can go by: it is there, and the cache is still one of its own.
 *
 * @throws LoadFailure `not-found`, `invalid-parameters`: another try would find the same
 */
export function loadableResource(stored: StoredResource | null, { cache }: Lease): DefinedResource {
  if (!isDefined(stored)) throw new LoadFailure('not-found', `The resource "${cache.resource}" is no longer defined.`);
  const { definition } = stored;
  if ((definition.scope === 'user') !== (cache.owner !== null)) {
    throw new LoadFailure(
      'invalid-parameters',
      `The resource "${cache.resource}" now has the scope ${definition.scope}.`,
    );
  }
  if (!isReachable(cache, definition)) {
    throw new LoadFailure('invalid-parameters', `The resource "${cache.resource}" no longer takes these parameters.`);
  }
  return stored;
}

/**
 * Asks the origin and writes what is new to R2.
 *
 * @throws LoadFailure; anything else is a fault of ours
 */
export async function loadCache(
  resource: DefinedResource,
  lease: Lease,
  services: LoadServices,
  options: LoadOptions,
): Promise<LoadedCache> {
  const sent: string[] = [];
  const secret = (name: string) => {
    const value = services.secret(name);
    if (value !== undefined) sent.push(value);
    return value;
  };
  try {
    return await load(resource, lease, { ...services, secret }, options);
  } catch (error) {
    throw withoutSecrets(error, sent);
  }
}

async function load(
  { definition, number }: DefinedResource,
  lease: Lease,
  services: LoadServices,
  { fetch, clock, slot, now, onHeavy }: LoadOptions,
): Promise<LoadedCache> {
  const { cache, previous, fence, nextRowId } = lease;
  const request = buildRequest(definition, cache, {
    hosts: services.settings.originHosts,
    secret: services.secret,
  });
  slot.setOrigin(cache.resource, request.url.host);
  // A definition that changed may make something else of the same answer.
  const conditional = previous !== null && previous.number === number && request.method === 'GET';
  const answer = await fetchOrigin(request, {
    fetch,
    signal: clock.signal,
    maxBytes: definition.origin.max_bytes,
    validators: conditional ? { etag: previous.originEtag, lastModified: previous.originLastModified } : null,
    now,
  });
  if (answer.outcome === 'same') {
    return { change: null, inserted: 0, deleted: 0, validators: answer.validators, hasBody: false };
  }
  try {
    const contentType = checkContentType(definition, answer.contentType);
    const body = weighed(answer.body, slot, clock, onHeavy);
    const input = { body, blobs: services.blobs, key: cache.key, fence, previous, nextRowId };
    const guard = lease.force ? undefined : definition.guard;
    const result = definition.tables
      ? await loadTables({ ...input, tables: definition.tables, reader: ROW_READERS[definition.format], guard })
      : await loadBytes(input, contentType);
    return { ...result, validators: answer.validators, hasBody: true };
  } finally {
    answer.release();
  }
}

/**
 * A load that turns out to be heavy waits, with what it has read, until it is the only one. Nothing is read meanwhile: an origin
 * that gives up breaks the answer off, and the next attempt is known to be heavy before it asks.
 */
async function* weighed(body: AsyncIterable<Uint8Array>, slot: LoadSlot, clock: LoadClock, onHeavy: () => void) {
  let bytes = 0;
  for await (const piece of body) {
    const before = bytes;
    bytes += piece.byteLength;
    if (before <= HEAVY_BYTES && bytes > HEAVY_BYTES) {
      onHeavy();
      await slot.becomeHeavy(clock);
    }
    yield piece;
  }
}
