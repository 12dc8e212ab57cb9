/** Who is signed in. A token stands in the memory of this page alone: a reload asks for it again. */

import { computed, signal } from '@preact/signals';

/** Somebody whose token the service took. */
export interface Session {
  token: string;
  user: string;
  scopes: readonly string[];
  /** How it was got: pasted (or by the one-time link), or at the provider. */
  way: 'token' | 'provider';
  /** When the token ends, by this machine's clock, ms since the epoch. */
  endsAt: number;
}

/** Null: nobody has signed in yet, or has signed out. */
export const session = signal<Session | null>(null);
/** The service refused the token: what is shown stays, and waits for another one. */
export const refused = signal(false);
/** This machine's clock, moved on every 15 s while the page is seen. */
export const now = signal(Date.now());

const TICK_MS = 15_000;
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) now.value = Date.now();
});

/** Whether a new token is needed before anything can be asked. */
export const hasExpired = computed(
  () => session.value !== null && (refused.value || session.value.endsAt <= now.value),
);
/** Whole minutes that the token is still good for. */
export const minutesLeft = computed(() =>
  session.value === null ? 0 : Math.max(0, Math.floor((session.value.endsAt - now.value) / 60_000)),
);

/** Whether the token allows something; what it does not allow is not shown. */
export function may(scope: 'cache:read' | 'cache:refresh' | 'cache:inspect' | 'cache:admin'): boolean {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes(scope) || (scope === 'cache:inspect' && scopes.includes('cache:admin'));
}
