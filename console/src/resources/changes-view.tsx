import type { Schema } from '../api/paths.ts';
import type { ChangesProps } from '../definitions/kind.ts';
import { PreviewedChanges } from '../definitions/previewed-changes.tsx';
import { editorTexts } from '../texts/editor.ts';

/** Before a draft is saved: what it changes, and how many caches that expires. */
export function ChangesView(props: ChangesProps) {
  return (
    <PreviewedChanges<Schema<'ResourcePreview'>>
      editor={props}
      reasonDraft="resource.reason"
      created={editorTexts().created}
      expiry={({ would }) => <Expiry would={would} />}
    />
  );
}

function Expiry({ would }: { would: number | null }) {
  const t = editorTexts();
  if (would === 0) return <p class="notice good">{t.expiresNone}</p>;
  return <p class="notice">{would === null ? t.expiresUnknown : t.expires(would)}</p>;
}
