/** Reads and writes of the definition of one source. */

import { call } from '../api/call.ts';
import { fill } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { queryOf } from '../api/query.ts';
import { hasExpired } from '../api/session.ts';
import type { Theirs } from '../definitions/conflict-view.tsx';
import type { JsonObject } from '../definitions/json.ts';
import type { SourceDraft } from './draft.ts';

/** A definition without what the path and the service say: its name, and how its limits stand. */
export function definitionIn(source: object): JsonObject {
  const { name: _name, state: _state, ...definition } = source as JsonObject;
  return definition;
}

/** Saves, while what the draft was begun with stands. @returns the request's id @throws ApiProblem 400 with faults, 412 */
export async function save(
  { name, etag }: SourceDraft,
  definition: JsonObject,
  reason: string,
): Promise<string | null> {
  const condition = etag === null ? { ifNoneMatch: '*' } : { ifMatch: etag };
  const values = { path: { name }, body: definition as never };
  const { requestId } = await call('put', '/sources/{name}/', values, { ...condition, reason });
  return requestId;
}

/** What stands by now, as the screens have it from now on. @throws ApiProblem */
export async function readTheirs(name: string): Promise<Theirs> {
  const query = queryOf<object>(fill('/sources/{name}/', { path: { name } }));
  await query.load();
  const problem = hasExpired.peek() ? new ApiProblem(401, null, null) : query.problem.peek();
  if (problem?.status === 404) return { definition: null, etag: null };
  if (problem !== null) throw problem;
  return { definition: definitionIn(query.data.peek() ?? {}), etag: query.etag };
}
