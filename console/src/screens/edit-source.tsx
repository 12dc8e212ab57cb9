import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { useDocument } from '../definitions/use-document.ts';
import { addressOf } from '../shell/router.ts';
import type { ScreenValues } from '../shell/screens.ts';
import { begin, type SourceDraft } from '../sources/draft.ts';
import { addressOfSource } from '../sources/source-address.ts';
import { SourceEditor } from '../sources/source-editor.tsx';
import { definitionIn } from '../sources/write.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';

/** A source that is being changed. */
export function EditSource({ name = '' }: ScreenValues) {
  const t = editorTexts();
  const source = useQuery('/sources/{name}/', { path: { name } });
  return (
    <Screen title={t.editing(name)} tools={<Link to={addressOfSource(name)}>{t.back}</Link>}>
      {may('cache:admin') ? (
        <Loaded query={source}>{(data) => <Edited initial={begin(name, definitionIn(data), source.etag)} />}</Loaded>
      ) : (
        <p class="empty">{common().lacksScope('cache:admin')}</p>
      )}
    </Screen>
  );
}

/** A source that is being made. */
export function NewSource() {
  return (
    <Screen title={sourcesTexts().newSource} tools={<Link to={addressOf('/sources')}>{editorTexts().back}</Link>}>
      {may('cache:admin') ? (
        <Edited initial={begin('', null, null)} />
      ) : (
        <p class="empty">{common().lacksScope('cache:admin')}</p>
      )}
    </Screen>
  );
}

function Edited({ initial }: { initial: SourceDraft }) {
  const document = useDocument();
  return <Loaded query={document}>{(loaded) => <SourceEditor initial={initial} document={loaded} />}</Loaded>;
}
