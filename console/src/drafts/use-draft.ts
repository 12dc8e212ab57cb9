/** State of a form that outlasts a new sign-in, which may lead away from the page. */

import { type Signal, signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { session } from '../api/session.ts';
import { type Drafts, dropDraft, keepDrafts, keptDrafts } from './kept-drafts.ts';

/** What is typed now: a draft that differs from what it began with, by its name. */
const mounted = new Map<string, () => unknown>();

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
    mounted.set(name, typed);
    dropDraft(sessionStorage, name);
    return () => {
      if (mounted.get(name) === typed) mounted.delete(name);
    };
  }, [name, typed]);
  return draft;
}

interface Held<T> {
  draft: Signal<T>;
  /** What it is now; undefined: what it began with. */
  typed: () => T | undefined;
}

function begun<T>(name: string, initial: T): Held<T> {
  const draft = signal((draftsHere()[name] as T | undefined) ?? initial);
  const before = JSON.stringify(initial);
  return { draft, typed: () => (JSON.stringify(draft.peek()) === before ? undefined : draft.peek()) };
}

/** Keeps what is typed now, before the page is left for a sign-in. False: the browser has no room for it. */
export function keepMountedDrafts(): boolean {
  const drafts = Object.fromEntries([...mounted].map(([name, typed]) => [name, typed()]));
  const changed = Object.entries(drafts).filter(([, value]) => value !== undefined);
  return keepDrafts(sessionStorage, here(), Object.fromEntries(changed), Date.now());
}

function draftsHere(): Drafts {
  return keptDrafts(sessionStorage, here(), Date.now());
}

function here() {
  return { user: session.peek()?.user ?? '', address: location.pathname + location.search };
}
