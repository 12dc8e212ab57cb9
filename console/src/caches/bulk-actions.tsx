import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { cachesTexts } from '../texts/caches.ts';
import { PurgeDialog } from './purge-dialog.tsx';
import { RefreshAllDialog } from './refresh-all-dialog.tsx';

interface BulkActionsProps {
  resource_title: string;
  parameters: string;
  owner: string;
  state: string | undefined;
}

/** Actions on all caches with a resource and parameters; the API accepts no other selection. */
export function BulkActions({ resource_title: title, parameters, owner, state }: BulkActionsProps) {
  const t = cachesTexts();
  const open = useDraft<'purge' | 'refresh' | null>('caches.dialog', null);
  const close = () => {
    open.value = null;
  };
  const show = (which: 'purge' | 'refresh') => {
    if (!isSignInNeeded()) open.value = which;
  };
  const isNamed = title !== '' && owner === '' && state === undefined;
  if (!isNamed) return <span class="faint">{t.purgeNeedsResource}</span>;
  return (
    <>
      {parameters === '' && (
        <button type="button" onClick={() => show('refresh')}>
          {t.refreshAll}
        </button>
      )}
      <button type="button" onClick={() => show('purge')}>
        {t.purge}
      </button>
      {open.value === 'purge' && <PurgeDialog title={title} parameters={parameters} onClose={close} />}
      {open.value === 'refresh' && <RefreshAllDialog title={title} onClose={close} />}
    </>
  );
}
