import { useEffect } from 'preact/hooks';
import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { useDocument } from '../definitions/use-document.ts';
import { begin, type Draft, drafts, isChanged, keep, NEW } from '../resources/drafts.ts';
import { Editor } from '../resources/editor.tsx';
import { addressOfResource } from '../resources/resource-address.ts';
import { useKeptDraft } from '../resources/use-kept-draft.ts';
import { definitionIn } from '../resources/write.ts';
import { addressOf } from '../shell/router.ts';
import type { ScreenValues } from '../shell/screens.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';

/** A definition that is being changed. */
export function EditResource({ title = '' }: ScreenValues) {
  const t = editorTexts();
  const resource = useQuery('/resources/{title}/', { path: { title } });
  const { data, etag } = { data: resource.data.value, etag: resource.etag };
  const draft = drafts.value.get(title);
  // One that nothing was written in follows what stands.
  const isCurrent = draft !== undefined && (isChanged(draft) || draft.etag === etag);
  useEffect(() => {
    if (data !== undefined && !isCurrent) keep(title, begin(definitionIn(data), etag));
  }, [title, data, etag, isCurrent]);
  return (
    <Screen title={t.editing(title)} tools={<Link to={addressOfResource(title)}>{t.back}</Link>}>
      {may('cache:admin') ? (
        <Loaded query={resource}>{() => draft && <Drafted draftKey={title} draft={draft} />}</Loaded>
      ) : (
        <p class="empty">{common().lacksScope('cache:admin')}</p>
      )}
    </Screen>
  );
}

/** A definition that is being made. */
export function NewResource() {
  const draft = drafts.value.get(NEW);
  useEffect(() => {
    if (draft === undefined) keep(NEW, begin(null, null));
  }, [draft]);
  return (
    <Screen title={resourcesTexts().newResource} tools={<Link to={addressOf('/resources')}>{editorTexts().back}</Link>}>
      {may('cache:admin') ? (
        draft && <Drafted draftKey={NEW} draft={draft} />
      ) : (
        <p class="empty">{common().lacksScope('cache:admin')}</p>
      )}
    </Screen>
  );
}

function Drafted({ draftKey, draft }: { draftKey: string; draft: Draft }) {
  const document = useDocument();
  useKeptDraft(draftKey, draft);
  return <Loaded query={document}>{(loaded) => <Editor {...{ draftKey, draft }} document={loaded} />}</Loaded>;
}
