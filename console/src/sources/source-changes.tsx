import { ChangeTable } from '../definitions/change-table.tsx';
import { changesOf } from '../definitions/changes.ts';
import { isSame, type JsonObject } from '../definitions/json.ts';
import type { ChangesProps } from '../definitions/kind.ts';
import { SaveForm } from '../definitions/save-form.tsx';
import { saveDraft } from '../definitions/write.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { editorTexts } from '../texts/editor.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { ProblemView } from '../ui/problem.tsx';
import { useResourcesOf } from './use-resources-of.ts';

/** What a draft changes, and what that expires, before it is saved. */
export function SourceChanges(props: ChangesProps) {
  const t = editorTexts();
  const reason = useDraft('source.reason', '');
  const { definition, draft } = props;
  const { name, base } = draft;
  const changes = changesOf(base ?? {}, definition);

  if (base !== null && changes.length === 0) return <p class="empty">{t.noChanges}</p>;
  return (
    <SaveForm reason={reason} canSave onSave={() => saveDraft(props, reason.value)}>
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

/** Members that say where loads come from: with another one all that was loaded counts as expired (CONTRACT 4 "Sources"). */
const DECISIVE = ['url', 'via', 'database', 'headers', 'auth'];

/** Whether a change asks another system, or asks it otherwise. */
function isDecisive(before: JsonObject, after: JsonObject): boolean {
  return DECISIVE.some((name) => !isSame(before[name], after[name] ?? (name === 'headers' ? {} : undefined)));
}
