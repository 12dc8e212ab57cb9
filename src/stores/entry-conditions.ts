/** SQL conditions that select the rows of table `entries` for a list. */

import { NAMELESS } from '../ports/entry.ts';
import type { EntryFilter } from '../ports/stores.ts';

/** A condition and the values of its placeholders. */
interface Condition {
  sql: string;
  values: (string | number)[];
}

/**
 * A filter as SQL: `range` selects rows through one index in order of key, `predicate` filters these rows. A filter of
 * both owner and
 * resource, or of an owner's failing caches, uses the owner, who has few caches.
 */
export function conditions(
  filter: EntryFilter,
  after: string,
  now: number,
): { range: Condition; predicate: Condition } {
  const range: Condition = { sql: 'key > ?', values: [after] };
  const predicate: Condition = { sql: 'true', values: [] };
  const { owner, resource, numberBelow, readSince, state } = filter;
  if (owner !== undefined) also(range, 'owner = ?', owner);
  if (resource !== undefined) also(owner === undefined ? range : predicate, 'resource = ?', resource);
  else also(predicate, 'resource <> ?', NAMELESS);
  if (numberBelow !== undefined) also(predicate, 'number < ? AND version IS NOT NULL', numberBelow);
  if (readSince !== undefined) also(predicate, 'read_at >= ?', readSince);
  if (state === 'fresh') also(predicate, 'expires_at > ?', now);
  if (state === 'stale') also(predicate, 'coalesce(expires_at, 0) <= ?', now);
  if (state === 'failing') also(owner === undefined ? range : predicate, 'last_error IS NOT NULL');
  return { range, predicate };
}

function also(condition: Condition, sql: string, ...values: (string | number)[]): void {
  condition.sql += ` AND ${sql}`;
  condition.values.push(...values);
}
