/** One load of a cache: from the definition to what is new in R2. */

import type { ColumnFacts } from '../contract/entry.ts';
import { HEAVY_BYTES, HEAVY_KEYED_ROWS, HEAVY_ROWS } from '../contract/memory-shares.ts';
import type { Lease } from '../contract/object.ts';
import { LoadFailure } from '../contract/problem.ts';
import { type DefinedResource, isDefined, type Resource, type StoredResource } from '../contract/resource.ts';
import { mayLackRequired } from '../core/column-facts.ts';
import { isReachable } from '../core/reachable.ts';
import { buildRequest, type OriginRequest } from '../origin/build-request.ts';
import { checkedAnswers } from '../origin/checked-answers.ts';
import { ColumnWatch } from '../origin/column-watch.ts';
import { type Fetch, type FetchOptions, fetchOrigin, type NewAnswer } from '../origin/fetch-origin.ts';
import { Findings } from '../origin/findings.ts';
import { wayTo } from '../origin/origin-way.ts';
import { PageAsker } from '../origin/pages/ask-pages.ts';
import { readPages } from '../origin/pages/read-pages.ts';
import { readAnswer } from '../origin/read-answer.ts';
import { type NotedSecrets, notingSecrets, withoutSecrets } from '../origin/redact.ts';
import type { Accepts } from '../origin/unreachable.ts';
import type { Validators } from '../origin/validators.ts';
import type { LoadResult } from '../tables/load.ts';
import { loadBytes } from '../tables/load-bytes.ts';
import { loadTables } from '../tables/load-tables.ts';
import { shapeDigest } from '../tables/row-hash.ts';
import { sleep } from '../waiting.ts';
import type { LoadClock } from './load-clock.ts';
import type { LoadSlot } from './load-slots.ts';
import type { Services } from './services.ts';

/** What of the services a load works with. */
export type LoadServices = Pick<Services, 'blobs' | 'secret' | 'settings' | 'via'>;

/** What one load works with besides stores. */
export interface LoadOptions {
  fetch: Fetch;
  accepts: Accepts;
  clock: LoadClock;
  slot: LoadSlot;
  /** ms since the epoch, for dates of the origin. */
  now: number;
  /** From 0 up to 1. */
  random: () => number;
  /** Is told when the origin's answer turns out to be heavy, by its bytes or its rows. */
  onHeavy: () => void;
}

/** What a load brought, and what the origin said of it. */
export interface LoadedCache extends LoadResult {
  validators: Validators;
  /** What looked wrong and was accepted; absent: the origin said that nothing has changed, and sent no body. */
  warnings?: readonly string[];
  /** What was seen of the columns of each table; absent as above, or it is no table. */
  columns?: readonly ColumnFacts[];
}

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
  const secrets = notingSecrets((name) => services.secret(name));
  try {
    return await load(resource, lease, services, options, secrets);
  } catch (error) {
    throw withoutSecrets(error, secrets.sent);
  }
}

async function load(
  resource: DefinedResource,
  lease: Lease,
  services: LoadServices,
  { clock, slot, now, random, onHeavy, ...out }: LoadOptions,
  secrets: NotedSecrets,
): Promise<LoadedCache> {
  const { cache, previous, fence, nextRowId } = lease;
  const { originHosts: hosts, partialAnswers } = services.settings;
  const { definition, access, ...way } = wayTo(resource, { hosts, secrets, via: services.via, ...out });
  const { origin, tables = [] } = definition;
  const request = buildRequest(definition, cache, access);
  slot.setOrigin(cache.resource, request.url.host);
  const { max_bytes: maxBytes, redirects } = origin;
  const options = { ...way, signal: clock.signal, maxBytes, redirects, hosts, now, secrets: secrets.sent };
  const heavyRows = tables.some(({ key }) => key !== undefined) ? HEAVY_KEYED_ROWS : HEAVY_ROWS;
  const weigh = scales(slot, clock, { heavyRows, onHeavy });
  const ask: Ask = async (asked, more) => {
    const answer = await fetchOrigin(asked, { ...options, ...more });
    return answer.outcome === 'same' ? answer : { ...answer, body: weighed(answer.body, weigh) };
  };
  const findings = new Findings(origin.partial, partialAnswers);
  const columns = tables.map((table) => new ColumnWatch(table));
  const input = { blobs: services.blobs, key: cache.key, fence, previous, nextRowId };
  const guard = lease.force ? undefined : definition.guard;
  const onRows = (rows: number) => weigh({ rows });
  const loadRows = (answers: Parameters<typeof checkedAnswers>[0]) => {
    const checks = { tables, columns, before: columnsBefore(definition, lease), drift: origin.pages?.drift, findings };
    return loadTables({ ...input, tables, answers: checkedAnswers(answers, checks), guard, onRows });
  };
  const facts = () => ({ warnings: findings.warnings, columns: columns.map((watch) => watch.facts) });
  if (origin.pages !== undefined) {
    const asker = new PageAsker({
      ask: async (asked, usedBytes) => asNew(await ask(asked, { validators: null, usedBytes })),
      wait: (ms) => clock.hold(sleep(ms)),
      leftMs: () => clock.leftMs(),
      random,
      retries: true,
    });
    const result = await loadRows(readPages({ definition, pages: origin.pages, request, asker, findings, columns }));
    return { ...result, validators: { etag: null, lastModified: null }, ...facts() };
  }
  const answer = await ask(request, { validators: validatorsToSend(definition, resource.number, lease) });
  const { validators } = answer;
  if (answer.outcome === 'same') return { change: null, inserted: 0, deleted: 0, validators };
  try {
    const readable = readAnswer(definition, answer, { findings, columns });
    if (definition.tables !== undefined) return { ...(await loadRows([readable])), validators, ...facts() };
    const { body, contentType } = readable;
    return { ...(await loadBytes({ ...input, body, contentType })), validators, warnings: findings.warnings };
  } finally {
    answer.release();
  }
}

/** Asks the origin once. */
type Ask = (
  request: OriginRequest,
  options: Pick<FetchOptions, 'validators' | 'usedBytes'>,
) => ReturnType<typeof fetchOrigin>;

function asNew(answer: Awaited<ReturnType<Ask>>): NewAnswer {
  if (answer.outcome === 'same') throw new Error('an unconditional request was answered as if it were one');
  return answer;
}

/**
 * Null where the answer must come whole: a definition that changed may make something else of the same answer, or require a column
 * that it lacks, and whoever forces a load doubts what is held.
 */
function validatorsToSend(
  { origin, tables = [] }: Resource,
  number: number,
  { previous, force }: Lease,
): Validators | null {
  if (previous === null || previous.number !== number || force) return null;
  // A definition that an earlier release stored may lack the member.
  if (origin.method !== 'GET' || origin.conditional === false) return null;
  if (mayLackRequired(tables, previous.columns)) return null;
  return { etag: previous.originEtag, lastModified: previous.originLastModified };
}

/**
 * What the version before had in its columns, where it had the same ones; whoever forces a load accepts that it has lost some, as
 * with the guard.
 */
function columnsBefore({ tables }: Resource, { previous, force }: Lease): readonly ColumnFacts[] | undefined {
  if (tables === undefined || previous === null || force) return undefined;
  return previous.digest === shapeDigest(tables) ? previous.columns : undefined;
}

/** Takes how much of the answers was read: bytes since it was last told, or rows in all. */
type Weigh = (read: { bytes?: number; rows?: number }) => Promise<void>;

/**
 * A load that turns out to be heavy waits, with what it has read, until it is the only one. Nothing is read meanwhile: an origin
 * that gives up breaks the answer off, and the next attempt is known to be heavy before it asks.
 */
function scales(
  slot: LoadSlot,
  clock: LoadClock,
  { heavyRows, onHeavy }: Pick<LoadOptions, 'onHeavy'> & { heavyRows: number },
): Weigh {
  let isHeavy = false;
  let allBytes = 0;
  return async ({ bytes = 0, rows = 0 }) => {
    allBytes += bytes;
    if (isHeavy || (allBytes <= HEAVY_BYTES && rows <= heavyRows)) return;
    isHeavy = true;
    onHeavy();
    await slot.becomeHeavy(clock);
  };
}

async function* weighed(body: AsyncIterable<Uint8Array>, weigh: Weigh) {
  for await (const piece of body) {
    await weigh({ bytes: piece.byteLength });
    yield piece;
  }
}
