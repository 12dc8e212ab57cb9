/** Why a sign-in at the provider failed. */

export type FaultKind =
  /** The provider says that this user may not sign in. */
  | 'denied'
  /** The answer does not belong to a sign-in of this tab. */
  | 'foreign'
  /** The provider no longer accepts the code: it was used, is too old, or belongs to another tab. */
  | 'stale'
  /** The provider refuses the console's request. */
  | 'provider'
  /** The provider is temporarily unable to answer. */
  | 'away'
  /** The browser got no answer: no network, or CORS does not allow it. */
  | 'no-answer'
  /** The discovery document is missing, or is another issuer's. */
  | 'discovery'
  /** The ID token does not belong to this sign-in. */
  | 'id-token'
  /** The browser offers no cryptography, because the page did not come over https. */
  | 'insecure'
  /** The browser has no room to keep what was typed. */
  | 'no-room'
  /** The sign-in chunk of the console is from another release. */
  | 'release'
  /** The provider has signed the user in, but the service refuses the token. */
  | 'refused';

export class SignInFault extends Error {
  readonly kind: FaultKind;
  /** The provider's message, to be shown; empty: none. */
  readonly detail: string;

  constructor(kind: FaultKind, detail = '') {
    super(`${kind} ${detail}`);
    this.kind = kind;
    this.detail = detail;
  }
}
