import { useSignal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { ApiProblem } from '../api/problem.ts';
import { provider } from '../api/provider.ts';
import { signIn } from '../api/sign-in.ts';
import { shell } from '../texts/shell.ts';
import { Command } from '../ui/copy.tsx';
import { ProblemView } from '../ui/problem.tsx';

const COMMAND = 'npm run -s token -- admin --scope "cache:admin cache:read cache:refresh"';

/** A form for a pasted token. The field is not a password field, so the browser does not offer to save the token. */
export function TokenForm({ onDone }: { onDone?: () => void }) {
  const t = shell();
  const problem = useSignal<ApiProblem | null>(null);
  const isBusy = useSignal(false);
  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    const field = new FormData(event.currentTarget as HTMLFormElement).get('token');
    isBusy.value = true;
    problem.value = null;
    try {
      await signIn(String(field));
      onDone?.();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form class="token" onSubmit={(event) => void enter(event)}>
      <label>
        {t.token}
        <textarea
          name="token"
          rows={4}
          required
          autoComplete="off"
          spellcheck={false}
          class="code"
          onKeyDown={submitOnEnter}
        />
      </label>
      <p class="faint">{t.tokenHint}</p>
      {/* The command signs with the service's own secret, which the service refuses if a provider's key is set. */}
      {provider.value === null && (
        <>
          <p class="faint">{t.tokenCommand}</p>
          <Command text={COMMAND} />
        </>
      )}
      <div role="alert">{problem.value && <ProblemView problem={problem.value} />}</div>
      <button type="submit" class="main" disabled={isBusy.value}>
        {t.signIn}
      </button>
    </form>
  );
}

/** A token has no lines, though its field shows several: Enter signs in, as in a field of one line. */
function submitOnEnter(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
