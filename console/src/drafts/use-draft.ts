/** State of a form that outlasts a new sign-in, which may lead away from the page. */

import { type Signal, signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { keptDraft, mountDraft, takeDraft } from './mounted-drafts.ts';

interface Held<T> {
  draft: Signal<T>;
  /** What it is now; undefined: what it began with. */
  typed: () => T | undefined;
}

/**
 * What somebody types, as `useSignal` keeps it, and besides over a sign-in at the provider: then it is kept for the same user at
 * the same address for an hour, and the next form that asks for it begins with it. A form that closes forgets it, and so
 * does a load of the page.
 *
 * @param name of the draft, one of a kind on its screen, such as `resource.json`
 * @param initial what it begins with. What JSON can hold; never a secret. Let an editor keep the ETag that it began with in the
 *   draft too, or somebody who comes back overwrites what others changed meanwhile
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
