import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { ChangeTable } from '../definitions/change-table.tsx';
import { changesOf } from '../definitions/changes.ts';
import { type ChangesProps, definitionIn } from '../definitions/kind.ts';
import { SaveForm } from '../definitions/save-form.tsx';
import { helpWith, previewOf, saveDraft } from '../definitions/write.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { editorTexts } from '../texts/editor.ts';
import { ProblemView } from '../ui/problem.tsx';

type Preview = Schema<'ResourcePreview'>;

/** What a draft changes and expires, as the service tells it, before it is saved. */
export function ChangesView(props: ChangesProps) {
  const { kind, draft } = props;
  const t = editorTexts();
  const preview = useSignal<Preview | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const reason = useDraft('resource.reason', '');

  const check = async (signal: AbortSignal) => {
    problem.value = null;
    try {
      preview.value = await previewOf<Preview>(props, signal);
    } catch (error) {
      if (signal.aborted || (await helpWith(error, props)) !== null) return;
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
    <SaveForm reason={reason} canSave={created || changed.length > 0} onSave={() => saveDraft(props, reason.value)}>
      {created ? (
        <p>{t.created(draft.name)}</p>
      ) : changed.length === 0 ? (
        <p class="empty">{t.noChanges}</p>
      ) : (
        <>
          <ChangeTable label={t.changes} changes={changesOf(draft.base ?? {}, definitionIn(kind.form, result))} />
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
