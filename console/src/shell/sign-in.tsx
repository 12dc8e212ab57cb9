import { useEffect } from 'preact/hooks';
import { isUnderWay, provider, staysSignedInThere } from '../api/provider.ts';
import { SIGNED_OUT } from '../oidc/pending.ts';
import { common } from '../texts/common.ts';
import { shell } from '../texts/shell.ts';
import { Preferences } from './header.tsx';
import { addressOf, path, replace } from './router.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Shown while nobody is signed in. The address stays, and its screen is shown after the sign-in. */
export function SignIn({ isOnceRefused }: { isOnceRefused: boolean }) {
  const t = shell();
  useEffect(() => {
    document.title = `${t.signIn} · ${common().product}`;
  }, [t]);
  const isSignedOut = addressOf(path.value) === SIGNED_OUT;
  const host = provider.value === null ? '' : new URL(provider.value.issuer).host;
  return (
    <main class="sign-in">
      <p class="brand">{common().product}</p>
      <h1>{t.signIn}</h1>
      <div role="status">
        {isSignedOut && <p>{t.signedOut}</p>}
        {isSignedOut && staysSignedInThere.value && !isUnderWay.value && <p class="notice">{t.staysSignedIn(host)}</p>}
      </div>
      {isOnceRefused && (
        <p class="notice" role="alert">
          {t.onceFailed}
        </p>
      )}
      <SignInForm isSilent={false} onDone={() => isSignedOut && replace(addressOf(''))} />
      <Preferences />
    </main>
  );
}
