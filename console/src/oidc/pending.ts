/**
 * A sign-in in progress at the provider: what the page needs when the browser comes back. In `sessionStorage`, which
 * tabs do not share, and removed as soon as it is read.
 */

/** The console's addresses that have to be registered at the provider (docs/identity.md). */
export const CALLBACK = '/console/callback';
export const SIGNED_OUT = '/console/signed-out';

const KEY = 'freshet.sign-in';

export interface Pending {
  /** Binds the provider's answer to this tab (RFC 6749 section 10.12). */
  state: string;
  /** Binds the ID token to it (OpenID Connect Core section 3.1.2.1). */
  nonce: string;
  /** Proves that the sender of the code is the one that asked for it (RFC 7636). */
  verifier: string;
  /** Where to continue: path and query. */
  returnTo: string;
  /** The provider was told not to ask the user (`prompt=none`). */
  isSilent: boolean;
}

/** False: the browser has no room. */
export function putPending(pending: Pending): boolean {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(pending));
    return true;
  } catch {
    return false;
  }
}

/** Null: this tab has no sign-in in progress. */
export function takePending(): Pending | null {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept === null ? null : (JSON.parse(kept) as Pending);
}
