/** Finds resources by the titles in requests. No other module finds a resource for a reader. */

import * as v from 'valibot';
import { API_BASE } from '../../contract/constants.ts';
import type { Reader } from '../../contract/identity.ts';
import { Problem } from '../../contract/problem.ts';
import { type DefinedResource, isDefined } from '../../contract/resource.ts';
import { ResourceTitle } from '../../contract/values.ts';
import { isOpenTo } from '../../core/access.ts';
import type { Resources } from '../../ports/stores.ts';
import { attempt, type Outcome } from '../../side-by-side.ts';

/** Longest part of an unknown title that an answer repeats, characters. */
const TOLD_CHARACTERS = 128;

/**
 * Returns the definition with this title, from the isolate's memory if it is there.
 *
 * @param reader the caller; null: administration and the service itself, which find all resources
 * @throws Problem `not-found` for an unknown or deleted one, and in the same words for one that is closed to the reader
 */
export async function findResource(
  resources: Pick<Resources, 'find'>,
  title: string,
  reader: Reader | null,
): Promise<DefinedResource> {
  // An invalid title costs no look-up.
  const stored = v.is(ResourceTitle, title) ? await resources.find(title) : null;
  if (isDefined(stored) && (reader === null || isOpenTo(stored, reader))) return stored;
  const told = title.slice(0, TOLD_CHARACTERS).toWellFormed();
  const list = reader === null ? 'resources' : 'catalog';
  throw new Problem('not-found', `There is no resource "${told}". GET ${API_BASE}/${list}/ lists them.`, {
    refused: isDefined(stored) ? { resource: title, reason: 'group' } : undefined,
  });
}

/**
 * Same for several titles: returns each definition, or why this reader gets none. Asks D1 once, for the titles that the
 * isolate does not know. If D1 does not answer, the known ones are still found.
 */
export async function findResources(
  resources: Pick<Resources, 'find' | 'findAll'>,
  titles: Iterable<string>,
  reader: Reader,
): Promise<ReadonlyMap<string, Outcome<DefinedResource>>> {
  const asked = [...new Set(titles)];
  const found = await attempt(resources.findAll(asked.filter((title) => v.is(ResourceTitle, title))));
  const known: Pick<Resources, 'find'> =
    'error' in found ? resources : { find: async (title) => found.value.get(title) ?? null };
  const outcomes = await Promise.all(asked.map((title) => attempt(findResource(known, title, reader))));
  return new Map(asked.map((title, at) => [title, outcomes[at] as Outcome<DefinedResource>]));
}

/** Returns the titles that are closed to a reader. Asks D1 once, for the titles that the isolate does not know. */
export async function closedTitles(
  resources: Pick<Resources, 'findAll'>,
  titles: Iterable<string>,
  reader: Reader,
): Promise<ReadonlySet<string>> {
  const found = await resources.findAll([...new Set(titles)]);
  return new Set(Array.from(found).flatMap(([title, stored]) => (isOpenTo(stored, reader) ? [] : [title])));
}
