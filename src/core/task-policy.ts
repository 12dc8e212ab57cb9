/** The settings of a definition that a task needs to end without its consumer (ports/object.ts). */

import { LEASE_MARGIN_MS } from '../contract/constants.ts';
import type { Resource } from '../contract/resource.ts';
import type { StoredSource } from '../contract/source.ts';
import type { TaskPolicy } from '../ports/object.ts';
import { limitsOf } from './source-limits.ts';

/** Longest lease, ms: it fits into the 15 minutes of a queue handler. */
export const MOST_LOAD_MS = 780_000;

/** The policy of a load under this definition, and under the source that it names. */
export function policyOf(definition: Resource, source?: StoredSource): TaskPolicy {
  const database = source?.definition.database;
  const paceMs = paceMsOf(definition, source);
  return {
    timeoutMs: definition.origin.timeout_s * 1000,
    ...(database === undefined
      ? originOf(source?.definition.url ?? definition.origin.url)
      : { origin: placeOfDatabase(database) }),
    ...(source !== undefined && limitsOf(source) !== null ? { gate: source.name } : {}),
    ...(paceMs === 0 ? {} : { paceMs }),
    maxAttempts: definition.retry.max_attempts,
    backoffMs: definition.retry.backoff_s * 1000,
    errorTtlMs: definition.error_ttl_s * 1000,
  };
}

/** How long the pace of a source may delay a load of several pages, ms; 0: the load has one request. */
export function paceMsOf({ origin }: Resource, source: StoredSource | undefined): number {
  if (origin.pages === undefined || (limitsOf(source)?.limits.rate ?? null) === null) return 0;
  return Math.max(MOST_LOAD_MS - origin.timeout_s * 1000 - LEASE_MARGIN_MS, 0);
}

/** Prefix of databases among the names of origins, which otherwise are hosts. */
export const DATABASE = 'sql:';

/** The name of a database where loads are counted by origin. */
export function placeOfDatabase(binding: string): string {
  return `${DATABASE}${binding}`;
}

/** Host and port of the URL; they are literal in every definition and source (CONTRACT 4). */
function originOf(template: string): Pick<TaskPolicy, 'origin'> {
  const literal = /^https?:\/\/[^/?#{}]+/i.exec(template)?.[0];
  return literal !== undefined && URL.canParse(literal) ? { origin: new URL(literal).host } : {};
}
