/** State of a form that survives a new sign-in, for which the page may leave. */

import { type Signal, signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { keptDraft, mountDraft, takeDraft } from './mounted-drafts.ts';

interface Held<T> {
  draft: Signal<T>;
  /** The present value; undefined: still the initial one. */
  typed: () => T | undefined;
}

/**
 * State like that of `useSignal`, which also survives a sign-in at the provider: the draft is kept for an hour for the
 * same user at the same address, and the next form with the same name starts with it. Closing the form or reloading the
 * page drops it.
 *
 * @param name of the draft, unique on its screen, such as `resource.json`
 * @param initial JSON; never a secret. An editor must keep the ETag in the draft too: without it, a user who comes back
 *   would overwrite what others changed in the meantime
 */
export function useDraft<T>(name: string, initial: T): Signal<T> {
  const held = useRef<Held<T> | null>(null);
  held.current ??= begun(name, initial);
  const { draft, typed } = held.current;
  useLayoutEffect(() => {
    takeDraft(name);
    return mountDraft(name, typed);
  }, [name, typed]);
  return draft;
}

function begun<T>(name: string, initial: T): Held<T> {
  const draft = signal((keptDraft(name) as T | undefined) ?? initial);
  const before = JSON.stringify(initial);
  return { draft, typed: () => (JSON.stringify(draft.peek()) === before ? undefined : draft.peek()) };
}
