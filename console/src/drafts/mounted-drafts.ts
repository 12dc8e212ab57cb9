/** Drafts that are on the screen now, by name. */

import { session } from '../api/session.ts';
import { dropDraft, keepDrafts, keptDrafts } from './kept-drafts.ts';

/** The present value of each draft; undefined: nothing worth keeping. */
const mounted = new Map<string, () => unknown>();

/** Keeps a draft when the page leaves for a sign-in. @returns a function that stops this */
export function mountDraft(name: string, typed: () => unknown): () => void {
  mounted.set(name, typed);
  return () => {
    if (mounted.get(name) === typed) mounted.delete(name);
  };
}

/** The kept draft of the signed-in user at this address; undefined: none. It stays until `takeDraft`. */
export function keptDraft(name: string): unknown {
  return keptDrafts(sessionStorage, here(), Date.now())[name];
}

/** The same, and removes it. */
export function takeDraft(name: string): unknown {
  const kept = keptDraft(name);
  dropDraft(sessionStorage, name);
  return kept;
}

/** Keeps all drafts, before the page leaves for a sign-in. False: the browser has no room for them. */
export function keepMountedDrafts(): boolean {
  const drafts = [...mounted].map(([name, typed]) => [name, typed()] as const);
  const changed = drafts.filter(([, value]) => value !== undefined);
  return keepDrafts(sessionStorage, here(), Object.fromEntries(changed), Date.now());
}

function here() {
  return { user: session.peek()?.user ?? '', address: location.pathname + location.search };
}
