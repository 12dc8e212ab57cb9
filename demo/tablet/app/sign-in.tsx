/** Sign-in with a pasted token: as a page, and as a panel above held rows. */

import { type FormEvent, useId } from 'react';
import { isSigningIn, signIn, signInFault } from './account.ts';
import { Mark } from './icons.tsx';
import { SERVICE } from './service.ts';
import { useTold } from './told.ts';

/** The first sign-in on this device. */
export function SignInPage() {
  return (
    <main className="sign-in">
      <Mark />
      <h1>Tablet</h1>
      <p>Tables of a slow system, kept on this device: live while there is a network, and readable without one.</p>
      <TokenForm label="Sign in" />
      <p className="hint">
        <code>npm start</code> prints an address that signs you in as alice, and a token for her. For another user:{' '}
        <code>npm run -s token -- bob</code>. The token is lost when you close this tab; only your name and your rows
        outlive the browser.
      </p>
      <p className="hint">
        The service: <a href={`${SERVICE}/docs`}>{SERVICE}</a>
      </p>
    </main>
  );
}

/** The token field, its button, and the last fault. */
export function TokenForm({ label }: { label: string }) {
  const id = useId();
  const fault = useTold(signInFault);
  const isBusy = useTold(isSigningIn);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token')).trim();
    if (token !== '') void signIn(token);
  };
  return (
    <form className="token" onSubmit={submit}>
      <label htmlFor={id}>Token</label>
      <textarea
        id={id}
        name="token"
        rows={3}
        required
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="eyJhbGciOi…"
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        aria-invalid={fault !== null}
      />
      {fault !== null && (
        <p id={`${id}-fault`} className="fault" role="alert">
          {fault}
        </p>
      )}
      <button type="submit" className="primary" disabled={isBusy}>
        {isBusy ? 'Checking the token…' : label}
      </button>
    </form>
  );
}
