import { isUnderWay, provider, toProvider } from '../api/provider.ts';
import { shell } from '../texts/shell.ts';
import { SignInFaultView } from './sign-in-fault.tsx';
import { TokenForm } from './token-form.tsx';

interface SignInFormProps {
  /** Whether the provider is told not to ask the user. */
  isSilent: boolean;
  onDone: () => void;
}

/** The ways to sign in: at the provider, if one is set, and by a token. */
export function SignInForm({ isSilent, onDone }: SignInFormProps) {
  const t = shell();
  if (provider.value === null) return <TokenForm onDone={onDone} />;
  const { host } = new URL(provider.value.issuer);
  return (
    <>
      <div role="alert">
        <SignInFaultView />
      </div>
      {isUnderWay.value ? (
        <p class="faint" aria-busy="true" role="status">
          {t.signingIn(host)}
        </p>
      ) : (
        <>
          <button type="button" class="main" onClick={() => void toProvider({ isSilent })}>
            {t.signInAt(host)}
          </button>
          <details>
            <summary>{t.pasteToken}</summary>
            <TokenForm onDone={onDone} />
          </details>
        </>
      )}
    </>
  );
}
