/** How heavily a source may be loaded, according to its definition. */

import type { Source, StoredSource } from '../contract/source.ts';
import type { AskedLimits } from '../ports/source-gate.ts';

/** Default limit of connections to a database: a load holds its connection from beginning to end. */
const USUAL_CONNECTIONS = 2;

/** Null: the source has no limits, so no load asks its gate. */
export function limitsOf(source: StoredSource | undefined): AskedLimits | null {
  if (source === undefined) return null;
  const { concurrency, rate } = source.definition;
  const most = concurrency ?? usualConcurrency(source.definition);
  if (most === null && rate === undefined) return null;
  const paced = rate === undefined ? null : { requests: rate.requests, perMs: rate.per_s * 1000 };
  return { limits: { concurrency: most, rate: paced }, asOf: source.changedAt };
}

function usualConcurrency({ database }: Source): number | null {
  return database === undefined ? null : USUAL_CONNECTIONS;
}
