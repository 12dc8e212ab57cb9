/** A token that is over, or was refused: what somebody does next asks for another one. */

import { signal } from '@preact/signals';
import { toProvider } from './provider.ts';
import { hasExpired, session } from './session.ts';

/** Whether the form for a token stands over the screen. */
export const isFormOpen = signal(false);

/**
 * Whether an action must wait for a new sign-in, which then begins: at the provider, for who came from there; else in a form
 * over the screen. Ask before anything is sent or closed: nothing is done by itself afterwards.
 */
export function isSignInNeeded(): boolean {
  if (!hasExpired.peek()) return false;
  signInAgain();
  return true;
}

/** Begins a new sign-in; the screen and what was typed stay, or come back. */
export function signInAgain(): void {
  if (session.peek()?.way === 'provider') void toProvider({ isSilent: true });
  else isFormOpen.value = true;
}
