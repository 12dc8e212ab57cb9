/** Resources by their title, as requests name them. */

import * as v from 'valibot';
import { Problem } from '../contract/problem.ts';
import { type DefinedResource, isDefined, ResourceTitle } from '../contract/resource.ts';
import type { Resources } from '../contract/stores.ts';

/** Longest part of an unknown title that an answer repeats, characters. */
const TOLD_CHARACTERS = 128;

/**
 * The definition under a title, from the isolate where it has one.
 *
 * @throws Problem `not-found` for an unknown or deleted one
 */
export async function findResource(resources: Pick<Resources, 'find'>, title: string): Promise<DefinedResource> {
  // What can be no title costs no look-up.
  const stored = v.is(ResourceTitle, title) ? await resources.find(title) : null;
  if (isDefined(stored)) return stored;
  throw new Problem('not-found', `There is no resource "${title.slice(0, TOLD_CHARACTERS).toWellFormed()}".`);
}
