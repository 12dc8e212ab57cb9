/** The signed-in user. The token is only in the memory of this page: after a reload the user signs in again. */

import { computed, signal } from '@preact/signals';

/** A user whose token the service accepted. */
export interface Session {
  token: string;
  user: string;
  scopes: readonly string[];
  /** Where the token came from: pasted (or by the one-time link), or from the provider. */
  way: 'token' | 'provider';
  /** When the token expires, by this machine's clock, ms since the epoch. */
  endsAt: number;
}

/** Null: nobody has signed in, or the user has signed out. */
export const session = signal<Session | null>(null);
/** The service refused the token: the screen stays, and waits for another token. */
export const refused = signal(false);
/** This machine's clock, updated every 15 s while the page is visible. */
export const now = signal(Date.now());

const TICK_MS = 15_000;
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) now.value = Date.now();
});

/** Whether a new token is needed before any request. */
export const hasExpired = computed(
  () => session.value !== null && (refused.value || session.value.endsAt <= now.value),
);
/** Whole minutes until the token expires. */
export const minutesLeft = computed(() =>
  session.value === null ? 0 : Math.max(0, Math.floor((session.value.endsAt - now.value) / 60_000)),
);

/** Whether the token has a scope. Actions without their scope are not shown. */
export function may(scope: 'cache:read' | 'cache:refresh' | 'cache:inspect' | 'cache:admin'): boolean {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes(scope) || (scope === 'cache:inspect' && scopes.includes('cache:admin'));
}
