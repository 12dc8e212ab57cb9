import { isUnderWay, provider } from '../api/provider.ts';
import { hasExpired, session } from '../api/session.ts';
import { isFormOpen, signInAgain } from '../api/sign-in-again.ts';
import { shell } from '../texts/shell.ts';
import { Dialog } from '../ui/dialog.tsx';
import { SignInFaultView } from './sign-in-fault.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Says that the token has expired, and offers a new sign-in; the screen below stays. */
export function ExpiredBar() {
  const t = shell();
  const close = () => {
    isFormOpen.value = false;
  };
  return (
    <>
      <div role="alert">{hasExpired.value && <Expired />}</div>
      {isFormOpen.value && (
        <Dialog title={t.signInAgain} onClose={close}>
          <SignInForm isSilent onDone={close} />
        </Dialog>
      )}
    </>
  );
}

/** The text and the buttons of the bar; also used in dialogs, which cover the bar. */
export function Expired() {
  const t = shell();
  return (
    <div class="notice">
      <p>{t.expired}</p>
      <SignInFaultView />
      {isUnderWay.value && provider.value && <p class="faint">{t.signingIn(new URL(provider.value.issuer).host)}</p>}
      <p class="tools">
        <button type="button" aria-disabled={isUnderWay.value} onClick={signInAgain}>
          {t.signInAgain}
        </button>
        {session.value?.way === 'provider' && (
          <button
            type="button"
            onClick={() => {
              isFormOpen.value = true;
            }}
          >
            {t.pasteToken}
          </button>
        )}
      </p>
    </div>
  );
}
