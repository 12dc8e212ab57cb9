/** After the token has expired or was refused, the next action asks for another one. */

import { signal } from '@preact/signals';
import { toProvider } from './provider.ts';
import { hasExpired, session } from './session.ts';

/** Whether the token form is shown over the screen. */
export const isFormOpen = signal(false);

/**
 * Whether an action must wait for a new sign-in. If so, starts it: at the provider for a user who came from there,
 * otherwise in a form over the screen. Call it before anything is sent or closed: the action is not resumed.
 */
export function isSignInNeeded(): boolean {
  if (!hasExpired.peek()) return false;
  signInAgain();
  return true;
}

/** Starts a new sign-in; the screen and what was typed stay, or are restored. */
export function signInAgain(): void {
  if (session.peek()?.way === 'provider') void toProvider({ isSilent: true });
  else isFormOpen.value = true;
}
