import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiProblem } from '../api/problem.ts';
import { act } from '../api/results.ts';
import { ChangeTable } from '../definitions/change-table.tsx';
import { changesOf } from '../definitions/changes.ts';
import type { Fault } from '../definitions/form/context.ts';
import type { JsonObject } from '../definitions/json.ts';
import { SaveForm } from '../definitions/save-form.tsx';
import { useDraft } from '../drafts/use-draft.ts';
import { editorTexts } from '../texts/editor.ts';
import { ProblemView } from '../ui/problem.tsx';
import type { Draft } from './drafts.ts';
import { definitionIn, isConflict, type Preview, previewOf, save } from './write.ts';

interface ChangesViewProps {
  title: string;
  draft: Draft;
  definition: JsonObject;
  /** What is wrong with the definition. */
  onFaults: (faults: readonly Fault[]) => void;
  /** Somebody else changed it since the draft was begun. */
  onConflict: () => Promise<void>;
  onSaved: () => void;
}

/** What a draft changes and expires, as the service tells it, before it is saved. */
export function ChangesView({ title, draft, definition, onFaults, onConflict, onSaved }: ChangesViewProps) {
  const t = editorTexts();
  const preview = useSignal<Preview | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const reason = useDraft('resource.reason', '');

  /** Deals with a refusal that the editor can help with. */
  const handled = async (error: unknown): Promise<boolean> => {
    if (isConflict(error)) await onConflict();
    else if (error instanceof ApiProblem && error.status === 400 && error.body?.errors) onFaults(error.body.errors);
    else return false;
    return true;
  };
  const check = async (signal: AbortSignal) => {
    problem.value = null;
    try {
      preview.value = await previewOf(title, draft, definition, signal);
    } catch (error) {
      if (signal.aborted || (await handled(error))) return;
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error;
    }
  };
  // The draft stays as it is while this view shows.
  const first = useRef(check);
  useEffect(() => {
    const controller = new AbortController();
    void first.current(controller.signal);
    return () => controller.abort();
  }, []);

  const write = async () => {
    const isSaved = await act(t.saving(title), async () => {
      try {
        return { text: t.saved, requestId: await save(title, draft, definition, reason.value.trim()) };
      } catch (error) {
        if (await handled(error)) return { text: isConflict(error) ? t.conflictText : t.refused, failed: true };
        throw error;
      }
    });
    if (isSaved) onSaved();
  };

  if (problem.value)
    return <ProblemView problem={problem.value} onRetry={() => void check(new AbortController().signal)} />;
  if (preview.value === null) {
    return (
      <p class="faint" aria-busy="true">
        {t.checking}
      </p>
    );
  }
  const { created, changed, would, definition: result } = preview.value;
  return (
    <SaveForm reason={reason} canSave={created || changed.length > 0} onSave={write}>
      {created ? (
        <p>{t.created(title)}</p>
      ) : changed.length === 0 ? (
        <p class="empty">{t.noChanges}</p>
      ) : (
        <>
          <ChangeTable label={t.changes} changes={changesOf(draft.base ?? {}, definitionIn(result))} />
          <Expiry would={would} />
        </>
      )}
    </SaveForm>
  );
}

function Expiry({ would }: { would: number | null }) {
  const t = editorTexts();
  if (would === 0) return <p class="notice good">{t.expiresNone}</p>;
  return <p class="notice">{would === null ? t.expiresUnknown : t.expires(would)}</p>;
}
