/**
 * A sign-in under way at the provider: what must be known when the browser comes back. In `sessionStorage`, which other tabs do
 * not share, and taken out as soon as it is read.
 */

/** The console's own addresses (docs/identity.md has them registered at the provider). */
export const CALLBACK = '/console/callback';
export const SIGNED_OUT = '/console/signed-out';

const KEY = 'freshet.sign-in';

export interface Pending {
  /** Binds the provider's answer to this tab (RFC 6749 section 10.12). */
  state: string;
  /** Binds the ID token to it (OpenID Connect Core section 3.1.2.1). */
  nonce: string;
  /** Proves that who has the code is who asked for it (RFC 7636). */
  verifier: string;
  /** Where to go on: path and query. */
  returnTo: string;
  /** The provider was told to ask nothing (`prompt=none`). */
  isSilent: boolean;
}

/** False: the browser has no room for it. */
export function putPending(pending: Pending): boolean {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(pending));
    return true;
  } catch {
    return false;
  }
}

/** Null: this tab has none under way. */
export function takePending(): Pending | null {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return kept === null ? null : (JSON.parse(kept) as Pending);
}
