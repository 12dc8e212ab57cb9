import type { Schema } from '../api/paths.ts';
import type { ChangesProps } from '../definitions/kind.ts';
import { PreviewedChanges } from '../definitions/previewed-changes.tsx';
import { editorTexts } from '../texts/editor.ts';
import { sourcesTexts } from '../texts/sources.ts';

type Preview = Schema<'SourcePreview'>;

/** Before a draft is saved: what it changes, and the resources whose caches it expires. */
export function SourceChanges(props: ChangesProps) {
  return (
    <PreviewedChanges<Preview>
      editor={props}
      reasonDraft="source.reason"
      created={sourcesTexts().created}
      expiry={(preview) => <Expiry {...preview} />}
    />
  );
}

/** The draft changes the system or the way of asking it, so everything that was loaded from it is in doubt. */
function Expiry({ would, resources }: Preview) {
  if (would === 0) return <p class="notice good">{editorTexts().expiresNone}</p>;
  const more = would > resources.length ? ', …' : '';
  return (
    <p class="notice">
      {sourcesTexts().expires(would)} <bdi>{resources.join(', ') + more}</bdi>
    </p>
  );
}
