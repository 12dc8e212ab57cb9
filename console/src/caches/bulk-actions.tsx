import { useSignal } from '@preact/signals';
import { hasExpired } from '../api/session.ts';
import { cachesTexts } from '../texts/caches.ts';
import { PurgeDialog } from './purge-dialog.tsx';
import { RefreshAllDialog } from './refresh-all-dialog.tsx';

interface BulkActionsProps {
  resource_title: string;
  parameters: string;
  owner: string;
  state: string | undefined;
}

/** What can be done to all caches that a resource and parameters name: the API takes nothing else. */
export function BulkActions({ resource_title: title, parameters, owner, state }: BulkActionsProps) {
  const t = cachesTexts();
  const open = useSignal<'purge' | 'refresh' | null>(null);
  const close = () => {
    open.value = null;
  };
  const isNamed = title !== '' && owner === '' && state === undefined;
  if (!isNamed) return <span class="faint">{t.purgeNeedsResource}</span>;
  return (
    <>
      {parameters === '' && (
        <button
          type="button"
          disabled={hasExpired.value}
          onClick={() => {
            open.value = 'refresh';
          }}
        >
          {t.refreshAll}
        </button>
      )}
      <button
        type="button"
        disabled={hasExpired.value}
        onClick={() => {
          open.value = 'purge';
        }}
      >
        {t.purge}
      </button>
      {open.value === 'purge' && <PurgeDialog title={title} parameters={parameters} onClose={close} />}
      {open.value === 'refresh' && <RefreshAllDialog title={title} onClose={close} />}
    </>
  );
}
