import { useEffect } from 'preact/hooks';
import { common } from '../texts/common.ts';
import { shell } from '../texts/shell.ts';
import { Preferences } from './header.tsx';
import { TokenForm } from './token-form.tsx';

/** What stands there while nobody is signed in. The address stays, and its screen shows afterwards. */
export function SignIn({ isOnceRefused }: { isOnceRefused: boolean }) {
  const t = shell();
  useEffect(() => {
    document.title = `${t.signIn} · ${common().product}`;
  }, [t]);
  return (
    <main class="sign-in">
      <p class="brand">{common().product}</p>
      <h1>{t.signIn}</h1>
      {isOnceRefused && (
        <p class="notice" role="alert">
          {t.onceFailed}
        </p>
      )}
      <TokenForm />
      <Preferences />
    </main>
  );
}
