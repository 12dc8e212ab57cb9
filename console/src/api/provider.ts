/** The way to the provider and back. Its protocol (`oidc/flow.ts`) is loaded only where a provider is set. */

import { signal } from '@preact/signals';
import { keepMountedDrafts } from '../drafts/mounted-drafts.ts';
import { SignInFault } from '../oidc/fault.ts';
import type { Provider } from '../oidc/flow.ts';
import { CALLBACK, type Pending, SIGNED_OUT, takePending } from '../oidc/pending.ts';
import { replace } from '../shell/router.ts';
import { ApiProblem } from './problem.ts';
import { session } from './session.ts';
import { signIn, signOut } from './sign-in.ts';

/** Null: a token is pasted. */
export const provider = signal<Provider | null>(null);
/** Whether a sign-in or its end is under way: the page is about to go, or has just come. */
export const isUnderWay = signal(false);
/** Why the last sign-in at the provider did not succeed; what the service said to it, where it is that. */
export const fault = signal<{ fault: SignInFault; problem: ApiProblem | null } | null>(null);
/** Whether somebody who signed out here is still signed in at the provider, as far as is known. */
export const staysSignedInThere = signal(false);

// A page that comes back from the browser's memory is where it was before it left.
addEventListener('pageshow', (event) => {
  if (event.persisted) isUnderWay.value = false;
});

/**
 * Leaves for the provider, and keeps what was typed. Nothing is left unless all is ready.
 *
 * @param isSilent the provider is told to ask nothing: whoever is signed in there comes back at once
 */
export function toProvider({ isSilent }: { isSilent: boolean }): Promise<void> {
  return during(async (flow, to) => {
    const url = await flow.begin(to, { returnTo: returnAddress(), isSilent });
    if (!keepMountedDrafts()) {
      takePending();
      throw new SignInFault('no-room');
    }
    // One that comes back at once leaves no step to go back to.
    if (isSilent) location.replace(url);
    else location.assign(url);
    return 'leaves';
  });
}

/** How a page was come to. */
export type Arrival =
  /** With the provider's answer. */
  | { with: 'answer'; answer: URLSearchParams; pending: Pending | null }
  /** After a sign-out, or back from the provider by the browser's own button: nothing is to happen by itself. */
  | { with: 'nothing' }
  | { with: 'wish' };

/** Reads how the page was come to, and takes a code out of its address and out of history. */
export function takeArrival(): Arrival {
  const { pathname, search } = location;
  const pending = takePending();
  if (pathname !== CALLBACK) return { with: pathname === SIGNED_OUT || pending !== null ? 'nothing' : 'wish' };
  replace(pending?.returnTo ?? '/console');
  return { with: 'answer', answer: new URLSearchParams(search), pending };
}

/** Goes on with the provider's answer, or goes there, if that is what somebody came for. */
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

/** Forgets who is signed in, and ends their session at the provider if they came from there and it lets them. */
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

/** Does a step of the way, once at a time, and tells what went wrong. A page that leaves stays as it is until it is gone. */
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
