import { useEffect } from 'preact/hooks';
import { may } from '../api/session.ts';
import { useUrl } from '../api/use-query.ts';
import { addressOf } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { type Begun, begin, drafts, isChanged, keep, keyOf, NEW } from './drafts.ts';
import { Editor } from './editor.tsx';
import type { JsonObject } from './json.ts';
import { definitionIn, type Kind, urlOf } from './kind.ts';
import { useDocument } from './use-document.ts';

/** The screen that edits a saved definition. */
export function Edit({ kind, name }: { kind: Kind; name: string }) {
  const t = editorTexts();
  const stands = useUrl<JsonObject>(urlOf(kind.folder, name));
  return (
    <Screen title={t.editing(name)} tools={<Link to={kind.address(name)}>{t.back}</Link>}>
      {may('cache:admin') ? (
        <Loaded query={stands}>
          {(answer) => (
            <Drafted kind={kind} begun={{ name, base: definitionIn(kind.form, answer), etag: stands.etag }} />
          )}
        </Loaded>
      ) : (
        <p class="empty">{common().lacksScope('cache:admin')}</p>
      )}
    </Screen>
  );
}

/** The screen that creates a definition. */
export function Make({ kind }: { kind: Kind }) {
  return (
    <Screen title={kind.newTitle()} tools={<Link to={addressOf(`/${kind.folder}`)}>{editorTexts().back}</Link>}>
      {may('cache:admin') ? (
        <Drafted kind={kind} begun={{ name: NEW, base: null, etag: null }} />
      ) : (
        <p class="empty">{common().lacksScope('cache:admin')}</p>
      )}
    </Screen>
  );
}

/** The draft; created here if there is none. A draft without changes follows the saved definition. */
function Drafted({ kind, begun }: { kind: Kind; begun: Begun }) {
  const document = useDocument();
  const key = keyOf(kind.folder, begun.name);
  const draft = drafts.value.get(key);
  const isCurrent = draft !== undefined && (isChanged(draft) || draft.etag === begun.etag);
  useEffect(() => {
    if (!isCurrent) keep(key, begin(begun, kind.blank));
  });
  if (draft === undefined) return null;
  return (
    <Loaded query={document}>{(loaded) => <Editor {...{ kind, draft }} draftKey={key} document={loaded} />}</Loaded>
  );
}
