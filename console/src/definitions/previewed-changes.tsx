import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiProblem } from '../api/problem.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { editorTexts } from '../texts/editor.ts';
import { ProblemView } from '../ui/problem.tsx';
import { ChangeTable } from './change-table.tsx';
import { changesOf } from './changes.ts';
import { type ChangesProps, definitionIn } from './kind.ts';
import { SaveForm } from './save-form.tsx';
import { helpWith, previewOf, saveDraft } from './write.ts';

/** What the dry run of any kind of definition returns. */
interface Preview {
  definition: object;
  created: boolean;
  changed: string[];
}

interface PreviewedChangesProps<P extends Preview> {
  editor: ChangesProps;
  /** Name of the draft that keeps the typed reason across a sign-in. */
  reasonDraft: string;
  /** The text for a new definition. */
  created: (name: string) => string;
  /** Describes what the change expires. */
  expiry: (preview: P) => ComponentChildren;
}

/** Before a draft is saved: shows what it changes and expires, according to the service. */
export function PreviewedChanges<P extends Preview>({
  editor,
  reasonDraft,
  created: sayCreated,
  expiry,
}: PreviewedChangesProps<P>) {
  const { kind, draft } = editor;
  const t = editorTexts();
  const preview = useSignal<P | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const reason = useDraft(reasonDraft, '');

  const check = async (signal: AbortSignal) => {
    problem.value = null;
    try {
      preview.value = await previewOf<P>(editor, signal);
    } catch (error) {
      if (signal.aborted || (await helpWith(error, editor)) !== null) return;
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error;
    }
  };
  // The draft does not change while this view is shown.
  const first = useRef(check);
  useEffect(() => {
    const controller = new AbortController();
    void first.current(controller.signal);
    return () => controller.abort();
  }, []);

  if (problem.value)
    return <ProblemView problem={problem.value} onRetry={() => void check(new AbortController().signal)} />;
  if (preview.value === null) {
    return (
      <p class="faint" aria-busy="true">
        {t.checking}
      </p>
    );
  }
  const { created, changed, definition: result } = preview.value;
  return (
    <SaveForm reason={reason} canSave={created || changed.length > 0} onSave={() => saveDraft(editor, reason.value)}>
      {created ? (
        <p>{sayCreated(draft.name)}</p>
      ) : changed.length === 0 ? (
        <p class="empty">{t.noChanges}</p>
      ) : (
        <>
          <ChangeTable label={t.changes} changes={changesOf(draft.base ?? {}, definitionIn(kind.form, result))} />
          {expiry(preview.value)}
        </>
      )}
      {warningsIn(result).map((warning) => (
        <p key={warning} class="notice">
          {warning}
        </p>
      ))}
    </SaveForm>
  );
}

/** Warnings, such as secrets that are not set. */
function warningsIn(definition: { warnings?: string[] }): string[] {
  return definition.warnings ?? [];
}
