/** Drafts of what is on the screen now, by name. */

import { session } from '../api/session.ts';
import { dropDraft, keepDrafts, keptDrafts } from './kept-drafts.ts';

/** What each draft is now; undefined: nothing that would be missed. */
const mounted = new Map<string, () => unknown>();

/** Has a draft kept when the page is left for a sign-in, until the function that it gives is called. */
export function mountDraft(name: string, typed: () => unknown): () => void {
  mounted.set(name, typed);
  return () => {
    if (mounted.get(name) === typed) mounted.delete(name);
  };
}

/** What is kept of a draft for who is signed in, at this address; undefined: nothing. It stays until `takeDraft`. */
export function keptDraft(name: string): unknown {
  return keptDrafts(sessionStorage, here(), Date.now())[name];
}

/** The same, and it is kept no longer. */
export function takeDraft(name: string): unknown {
  const kept = keptDraft(name);
  dropDraft(sessionStorage, name);
  return kept;
}

/** Keeps what is typed now, before the page is left for a sign-in. False: the browser has no room for it. */
export function keepMountedDrafts(): boolean {
  const drafts = [...mounted].map(([name, typed]) => [name, typed()] as const);
  const changed = drafts.filter(([, value]) => value !== undefined);
  return keepDrafts(sessionStorage, here(), Object.fromEntries(changed), Date.now());
}

function here() {
  return { user: session.peek()?.user ?? '', address: location.pathname + location.search };
}
