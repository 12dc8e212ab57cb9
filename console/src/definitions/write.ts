/** Reads and writes a definition, guarded by the ETag that its draft was begun with. */

import { type CallOptions, callUrl } from '../api/call.ts';
import { ApiProblem } from '../api/problem.ts';
import { queryOf } from '../api/query.ts';
import { act } from '../api/results.ts';
import { hasExpired } from '../api/session.ts';
import { editorTexts } from '../texts/editor.ts';
import type { Theirs } from './conflict-view.tsx';
import type { Draft } from './drafts.ts';
import type { JsonObject } from './json.ts';
import { type ChangesProps, definitionIn, type Kind, urlOf } from './kind.ts';

/** A saved definition, with reasons why it does not fully work yet. */
type Warned = { warnings?: string[] };

function conditionsOf({ etag }: Draft): CallOptions {
  return etag === null ? { ifNoneMatch: '*' } : { ifMatch: etag };
}

/** What saving would change; the type depends on the kind. @throws ApiProblem 400 with faults, 412 */
export async function previewOf<T>({ kind, draft, definition: body }: ChangesProps, signal: AbortSignal): Promise<T> {
  const url = `${urlOf(kind.folder, draft.name)}?dry_run=true`;
  return (await callUrl<T>('put', url, { ...conditionsOf(draft), body, signal })).data;
}

/** Saves a draft, and reports the outcome. */
export async function saveDraft(
  { kind, draft, definition: body, ...editor }: ChangesProps,
  reason: string,
): Promise<void> {
  const t = editorTexts();
  const isSaved = await act(t.saving(draft.name), async () => {
    try {
      const options = { ...conditionsOf(draft), body, reason: reason.trim() };
      const { data, requestId } = await callUrl<Warned>('put', urlOf(kind.folder, draft.name), options);
      // Warnings, such as secrets that are not set, each with the command that sets it.
      return { text: [t.saved, ...(data.warnings ?? [])].join('\n'), requestId };
    } catch (error) {
      const text = await helpWith(error, editor);
      if (text === null) throw error;
      return { text, failed: true };
    }
  });
  if (isSaved) editor.onSaved();
}

/** Lets the editor handle a refusal, if it can. @returns the text for that; null: it cannot help */
export async function helpWith(
  error: unknown,
  { onFaults, onConflict }: Pick<ChangesProps, 'onFaults' | 'onConflict'>,
): Promise<string | null> {
  if (!(error instanceof ApiProblem)) return null;
  if (error.status === 412) {
    await onConflict();
    return editorTexts().conflictText;
  }
  if (error.status !== 400 || error.body?.errors === undefined) return null;
  onFaults(error.body.errors);
  return editorTexts().refused;
}

/** Reads the saved definition again, also for all screens that show it. @throws ApiProblem */
export async function readTheirs({ folder, form }: Kind, name: string): Promise<Theirs> {
  const query = queryOf<JsonObject>(urlOf(folder, name));
  await query.load();
  const problem = hasExpired.peek() ? new ApiProblem(401, null, null) : query.problem.peek();
  if (problem?.status === 404) return { definition: null, etag: null };
  if (problem !== null) throw problem;
  return { definition: definitionIn(form, query.data.peek() ?? {}), etag: query.etag };
}
