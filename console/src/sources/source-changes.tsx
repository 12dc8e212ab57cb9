import { ApiProblem } from '../api/problem.ts';
import { act } from '../api/results.ts';
import { ChangeTable } from '../definitions/change-table.tsx';
import { changesOf } from '../definitions/changes.ts';
import type { Fault } from '../definitions/form/context.ts';
import type { JsonObject } from '../definitions/json.ts';
import { SaveForm } from '../definitions/save-form.tsx';
import { useDraft } from '../drafts/use-draft.ts';
import { editorTexts } from '../texts/editor.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { ProblemView } from '../ui/problem.tsx';
import { isDecisive, type SourceDraft } from './draft.ts';
import { useResourcesOf } from './use-resources-of.ts';
import { save } from './write.ts';

interface SourceChangesProps {
  draft: SourceDraft;
  definition: JsonObject;
  /** What is wrong with the definition. */
  onFaults: (faults: readonly Fault[]) => void;
  /** Somebody else changed it since the draft was begun. */
  onConflict: () => Promise<void>;
  onSaved: () => void;
}

/** What a draft changes, and what that expires, before it is saved. */
export function SourceChanges({ draft, definition, onFaults, onConflict, onSaved }: SourceChangesProps) {
  const t = editorTexts();
  const reason = useDraft('source.reason', '');
  const { name, base } = draft;
  const changes = changesOf(base ?? {}, definition);

  /** Deals with a refusal that the editor can help with; what it says to that. */
  const handled = async (error: unknown): Promise<string | null> => {
    if (!(error instanceof ApiProblem)) return null;
    if (error.status === 412) {
      await onConflict();
      return t.conflictText;
    }
    if (error.status !== 400 || error.body?.errors === undefined) return null;
    onFaults(error.body.errors);
    return t.refused;
  };
  const write = async () => {
    const isSaved = await act(t.saving(name), async () => {
      try {
        return { text: t.saved, requestId: await save(draft, definition, reason.value.trim()) };
      } catch (error) {
        const text = await handled(error);
        if (text !== null) return { text, failed: true };
        throw error;
      }
    });
    if (isSaved) onSaved();
  };

  if (base !== null && changes.length === 0) return <p class="empty">{t.noChanges}</p>;
  return (
    <SaveForm reason={reason} canSave onSave={write}>
      {base === null ? (
        <p>{sourcesTexts().created(name)}</p>
      ) : (
        <>
          <ChangeTable label={t.changes} changes={changes} />
          {isDecisive(base, definition) ? <Expiry name={name} /> : <p class="notice good">{t.expiresNone}</p>}
        </>
      )}
    </SaveForm>
  );
}

/** Another system is asked, or asked otherwise: all that was loaded from it is in doubt. */
function Expiry({ name }: { name: string }) {
  const t = sourcesTexts();
  const { count, isDone, problem } = useResourcesOf(name);
  if (problem.value) return <ProblemView problem={problem.value} />;
  return (
    <p class="notice" aria-live="polite">
      {isDone.value ? t.expires(count.value) : t.counting}
    </p>
  );
}
