/** One load of a cache: from the definition to new data in R2. */

import { LoadFailure } from '../../contract/problem.ts';
import { type DefinedResource, isDefined, type StoredResource } from '../../contract/resource.ts';
import { mayLackRequired } from '../../core/column-facts.ts';
import { isReachable } from '../../core/reachable.ts';
import { readAnswer } from '../../origin/read-answer.ts';
import { masked, notingSecrets, withoutSecrets } from '../../origin/redact.ts';
import type { Validators } from '../../origin/validators.ts';
import type { Lease } from '../../ports/object.ts';
import { loadBytes } from '../../tables/load-bytes.ts';
import { loadChanges } from './load-changes.ts';
import { type LoadedCache, Loading, type LoadOptions, type LoadServices } from './loading.ts';

/** For requests without conditions. */
const NONE: Validators = { etag: null, lastModified: null };

/**
 * Returns the resource to load by: it must exist, and the cache must still be one of its caches.
 *
 * @throws LoadFailure `not-found`, `invalid-parameters`: a retry would give the same result
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
 * Asks the origin and writes new data to R2.
 *
 * @throws LoadFailure; any other error is a fault of the service
 */
export async function loadCache(
  resource: DefinedResource,
  lease: Lease,
  services: LoadServices,
  options: LoadOptions,
): Promise<LoadedCache> {
  const secrets = notingSecrets((name) => services.secret(name));
  try {
    const loaded = await load(new Loading(resource, lease, services, { options, secrets }));
    if (loaded.warnings === undefined) return loaded;
    // An origin may send a secret back as the name of a column.
    return { ...loaded, warnings: loaded.warnings.map((warning) => masked(warning, secrets.sent)) };
  } catch (error) {
    throw withoutSecrets(error, secrets.sent);
  }
}

async function load(loading: Loading): Promise<LoadedCache> {
  const { definition } = loading;
  const { tables, origin } = definition;
  const [table] = tables ?? [];
  if (table !== undefined && origin.changes !== undefined) {
    return { ...(await loadChanges(loading, table, origin.changes)), validators: NONE };
  }
  const facts = loading.newFacts();
  const { findings, columns } = facts;
  const seen = () => ({
    warnings: findings.warnings,
    columns: columns.map((watch) => watch.facts),
    drifted: findings.drifted,
  });
  if (loading.isOfDatabase) {
    const answers = loading.queries({ tables: tables ?? [], columns });
    return { ...(await loading.loadAll(answers, facts)), validators: NONE, ...seen() };
  }
  const request = loading.request();
  if (origin.pages !== undefined) {
    const pages = loading.pages({ ...facts, definition, request });
    return { ...(await loading.loadAll(pages, facts)), validators: NONE, ...seen() };
  }
  const answer = await loading.ask(request, { validators: validatorsToSend(loading) });
  const { validators } = answer;
  if (answer.outcome === 'same') return { change: null, inserted: 0, deleted: 0, validators };
  try {
    const readable = readAnswer(definition, answer, facts);
    if (tables !== undefined) return { ...(await loading.loadAll([readable], facts)), validators, ...seen() };
    const { body, contentType } = readable;
    return { ...(await loadBytes({ ...loading.input, body, contentType })), validators, warnings: findings.warnings };
  } finally {
    answer.release();
  }
}

/**
 * Returns validators; null if the answer must come whole. After a change of the definition the same answer may give
 * another result, or lack a required column; and an administrator who forces a load doubts the stored data.
 */
function validatorsToSend({ definition, number, lease }: Loading): Validators | null {
  const { origin, tables = [] } = definition;
  const { previous, force } = lease;
  if (previous === null || previous.number !== number || force) return null;
  // A definition stored by an earlier release may lack the member.
  if (origin.method !== 'GET' || origin.conditional === false) return null;
  if (mayLackRequired(tables, previous.columns)) return null;
  return { etag: previous.originEtag, lastModified: previous.originLastModified };
}
