/** Why a sign-in at the provider did not succeed. */

export type FaultKind =
  /** The provider says that this user may not. */
  | 'denied'
  /** The answer belongs to no sign-in of this tab. */
  | 'foreign'
  /** The provider takes the code no longer: it was used, is too old, or another tab's. */
  | 'stale'
  /** The provider refuses what the console asks for. */
  | 'provider'
  /** The provider cannot do it now. */
  | 'away'
  /** The browser got no answer: no network, or not allowed to (CORS). */
  | 'no-answer'
  /** The discovery document is missing, or another issuer's. */
  | 'discovery'
  /** The ID token is not the one of this sign-in. */
  | 'id-token'
  /** The page has no cryptography: it did not come over https. */
  | 'insecure'
  /** The browser cannot keep what was typed. */
  | 'no-room'
  /** The piece of the console that signs people in is of another release. */
  | 'release'
  /** The provider has done its part; the service does not take the token. */
  | 'refused';

export class SignInFault extends Error {
  readonly kind: FaultKind;
  /** What the provider said, as a text to show; empty: nothing. */
  readonly detail: string;

  constructor(kind: FaultKind, detail = '') {
    super(`${kind} ${detail}`);
    this.kind = kind;
    this.detail = detail;
  }
}
