import { editorTexts } from '../texts/editor.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { Link } from '../ui/link.tsx';
import { changedDraft, discard, type Folder, keyOf } from './drafts.ts';

interface DraftOfProps {
  folder: Folder;
  name: string;
}

/** Says on the screen of a definition that it has unsaved changes. @param address of their editor */
export function DraftNotice({ folder, name, address }: DraftOfProps & { address: string }) {
  const t = resourcesTexts();
  if (changedDraft(folder, name) === undefined) return null;
  return (
    <div class="notice">
      <p>{t.hasDraft}</p>
      <p class="tools">
        <Link to={address}>{t.goOn}</Link>
        <button type="button" class="small" onClick={() => discard(keyOf(folder, name))}>
          {editorTexts().discard}
        </button>
      </p>
    </div>
  );
}

/** Says the same in a list. */
export function DraftTag({ folder, name }: DraftOfProps) {
  return changedDraft(folder, name) && <span class="tag">{resourcesTexts().draft}</span>;
}
