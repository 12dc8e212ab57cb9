/** Reads and writes of one definition. */

import { type CallOptions, call } from '../api/call.ts';
import { fill, type Schema } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { queryOf } from '../api/query.ts';
import { hasExpired } from '../api/session.ts';
import type { Theirs } from '../definitions/conflict-view.tsx';
import type { JsonObject } from '../definitions/json.ts';
import type { Draft } from './drafts.ts';

export type Preview = Schema<'ResourcePreview'>;

/** A definition without what the path and the service say: its title, and warnings. */
export function definitionIn(resource: object): JsonObject {
  const { title: _title, warnings: _warnings, ...definition } = resource as JsonObject;
  return definition;
}

/** Holds only while what the draft was begun with stands. */
function conditionsOf({ etag }: Draft): CallOptions {
  return etag === null ? { ifNoneMatch: '*' } : { ifMatch: etag };
}

/** What saving would change. @throws ApiProblem 400 with faults, 412 */
export async function previewOf(
  title: string,
  draft: Draft,
  definition: JsonObject,
  signal: AbortSignal,
): Promise<Preview> {
  const values = { path: { title }, query: { dry_run: true }, body: definition as never };
  const { data } = await call('put', '/resources/{title}/', values, { ...conditionsOf(draft), signal });
  return data as Preview;
}

/** Saves. @throws ApiProblem as above */
export async function save(
  title: string,
  draft: Draft,
  definition: JsonObject,
  reason: string,
): Promise<string | null> {
  const values = { path: { title }, body: definition as never };
  const { requestId } = await call('put', '/resources/{title}/', values, { ...conditionsOf(draft), reason });
  return requestId;
}

/** What stands by now, as the screens have it from now on. @throws ApiProblem */
export async function readTheirs(title: string): Promise<Theirs> {
  const query = queryOf<object>(fill('/resources/{title}/', { path: { title } }));
  await query.load();
  const problem = hasExpired.peek() ? new ApiProblem(401, null, null) : query.problem.peek();
  if (problem?.status === 404) return { definition: null, etag: null };
  if (problem !== null) throw problem;
  return { definition: definitionIn(query.data.peek() ?? {}), etag: query.etag };
}

/** Whether somebody else changed it meanwhile. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 412;
}
