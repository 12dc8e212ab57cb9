/** Sign-in at the identity provider and return. The protocol (`oidc/flow.ts`) is loaded only if a provider is set. */

import { signal } from '@preact/signals';
import { keepMountedDrafts } from '../drafts/mounted-drafts.ts';
import { SignInFault } from '../oidc/fault.ts';
import type { Provider } from '../oidc/flow.ts';
import { CALLBACK, type Pending, SIGNED_OUT, takePending } from '../oidc/pending.ts';
import { replace } from '../shell/router.ts';
import { ApiProblem } from './problem.ts';
import { session } from './session.ts';
import { signIn, signOut } from './sign-in.ts';

/** Null: users paste a token. */
export const provider = signal<Provider | null>(null);
/** Whether a sign-in or its end is in progress: the page is about to leave, or has just returned. */
export const isUnderWay = signal(false);
/** Why the last sign-in at the provider failed, with the service's problem if the service refused it. */
export const fault = signal<{ fault: SignInFault; problem: ApiProblem | null } | null>(null);
/** Whether a user who signed out here may still be signed in at the provider. */
export const staysSignedInThere = signal(false);

// The browser restored the page from memory: it is in the state from before it left.
addEventListener('pageshow', (event) => {
  if (event.persisted) isUnderWay.value = false;
});

/**
 * Leaves for the provider, and keeps what was typed. Leaves only if everything is ready.
 *
 * @param isSilent the provider must not ask: a user who is signed in there comes back at once
 */
export function toProvider({ isSilent }: { isSilent: boolean }): Promise<void> {
  return during(async (flow, to) => {
    const url = await flow.begin(to, { returnTo: returnAddress(), isSilent });
    if (!keepMountedDrafts()) {
      takePending();
      throw new SignInFault('no-room');
    }
    // A silent sign-in comes back at once, and must not leave an entry in the history.
    if (isSilent) location.replace(url);
    else location.assign(url);
    return 'leaves';
  });
}

/** How the user came to this page. */
export type Arrival =
  /** With the provider's answer. */
  | { with: 'answer'; answer: URLSearchParams; pending: Pending | null }
  /** After a sign-out, or back from the provider by the browser's own button: nothing happens automatically. */
  | { with: 'nothing' }
  | { with: 'wish' };

/** Determines how the user came here, and removes a code from the address and the history. */
export function takeArrival(): Arrival {
  const { pathname, search } = location;
  const pending = takePending();
  if (pathname !== CALLBACK) return { with: pathname === SIGNED_OUT || pending !== null ? 'nothing' : 'wish' };
  replace(pending?.returnTo ?? '/console');
  return { with: 'answer', answer: new URLSearchParams(search), pending };
}

/** Handles the provider's answer, or goes to the provider if the user came for that. */
export async function arrive(arrival: Arrival): Promise<void> {
  if (arrival.with === 'nothing') return;
  if (arrival.with === 'wish') return toProvider({ isSilent: false });
  const { answer, pending } = arrival;
  await during(async (flow, to) => {
    if (pending === null) throw new SignInFault('foreign');
    const finished = await flow.finish(to, answer, pending);
    if (finished === 'must-ask') {
      location.assign(await flow.begin(to, { returnTo: pending.returnTo, isSilent: false }));
      return 'leaves';
    }
    await signIn(finished.token, 'provider');
    return 'stays';
  });
}

/** Signs out here. Also ends the session at the provider, if the user came from there and the provider allows it. */
export async function leave(): Promise<void> {
  const isFromProvider = session.peek()?.way === 'provider';
  signOut();
  if (!isFromProvider) return;
  replace(SIGNED_OUT);
  staysSignedInThere.value = true;
  await during(async (flow, to) => {
    const url = await flow.endSession(to);
    if (url === null) return 'stays';
    location.assign(url);
    return 'leaves';
  });
}

/** Runs one step of the sign-in, one at a time, and reports its failure. A page that is leaving stays as it is. */
async function during(
  step: (flow: typeof import('../oidc/flow.ts'), to: Provider) => Promise<'leaves' | 'stays'>,
): Promise<void> {
  const to = provider.peek();
  if (to === null || isUnderWay.peek()) return;
  isUnderWay.value = true;
  fault.value = null;
  try {
    const flow = await import('../oidc/flow.ts').catch(() => {
      throw new SignInFault('release');
    });
    if ((await step(flow, to)) === 'leaves') return;
  } catch (error) {
    if (error instanceof SignInFault) fault.value = { fault: error, problem: null };
    else if (error instanceof ApiProblem) fault.value = { fault: new SignInFault('refused'), problem: error };
    else throw error;
  }
  isUnderWay.value = false;
}

function returnAddress(): string {
  return location.pathname === SIGNED_OUT ? '/console' : location.pathname + location.search;
}
