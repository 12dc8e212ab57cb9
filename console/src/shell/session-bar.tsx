import { useSignal } from '@preact/signals';
import { hasExpired } from '../api/session.ts';
import { shell } from '../texts/shell.ts';
import { Dialog } from '../ui/dialog.tsx';
import { TokenForm } from './token-form.tsx';

/** Says that the token is over, and takes another one; the screen below stays as it is. */
export function ExpiredBar() {
  const isOpen = useSignal(false);
  const t = shell();
  const close = () => {
    isOpen.value = false;
  };
  return (
    <>
      <div role="alert">
        {hasExpired.value && (
          <div class="notice">
            <p>{t.expired}</p>
            <button
              type="button"
              onClick={() => {
                isOpen.value = true;
              }}
            >
              {t.signInAgain}
            </button>
          </div>
        )}
      </div>
      {isOpen.value && (
        <Dialog title={t.signInAgain} onClose={close}>
          <TokenForm onDone={close} />
        </Dialog>
      )}
    </>
  );
}
