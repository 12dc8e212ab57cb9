/** The identity of a caller (CONTRACT 1). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp } from './values.ts';

/** Scopes of tokens. No scope contains another, except that `cache:admin` contains `cache:inspect`. */
export const SCOPES = ['cache:read', 'cache:refresh', 'cache:inspect', 'cache:admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Where the scopes of a token come from. */
export const SCOPES_FROM = ['claims', 'default'] as const;
export type ScopesFrom = (typeof SCOPES_FROM)[number];

/** The identity that a verified token proves. */
export interface Identity {
  /** The claim that JWT_USER_CLAIM points to: 1-256 characters, none of them control characters. */
  user: string;
  scopes: ReadonlySet<Scope>;
  /** `claims`: the token has scope claims, with known scopes or not; `default`: it has none, so JWT_DEFAULT_SCOPES apply. */
  scopesFrom: ScopesFrom;
  /** Unknown names in the scope claims: at most 20, each cut to 100 characters. */
  otherScopes: readonly string[];
  /** The claim that JWT_GROUPS_CLAIM points to. */
  groups: ReadonlySet<string>;
  /** `device_id`: the only device that may use the token; null: any device may. */
  device: string | null;
  /** `exp`, ms since the epoch. The token, and its waits and streams, stay valid for the clock tolerance longer. */
  expiresAt: number;
}

/** Whether the token may administer. Only administrators see the names of secrets and hosts. */
export function isAdmin({ scopes }: Pick<Identity, 'scopes'>): boolean {
  return scopes.has('cache:admin');
}

/** The part of an identity that decides which resources the caller finds (core/access.ts). */
export type Reader = Pick<Identity, 'scopes' | 'groups'>;

/** `GET /whoami/`; the members in this order. */
export const WhoamiAnswer = v.strictObject({
  user: about(v.string(), 'The user whom the token speaks for.'),
  scopes: about(v.array(v.picklist(SCOPES)), 'What the token allows.'),
  scopes_from: about(
    v.picklist(SCOPES_FROM),
    '`claims`: the token has a claim that `JWT_SCOPE_CLAIMS` names, with any value. `default`: it has none of them, so its scopes are `JWT_DEFAULT_SCOPES`.',
  ),
  other_scopes: about(
    v.array(v.string()),
    'Names in those claims that are not scopes of this service, as they are in the token: the first 20 names, 100 characters of each. `tablet:cache:read` here means that `JWT_SCOPE_PREFIX` is not `tablet:`.',
  ),
  groups: about(v.array(v.string()), 'Groups of the user; they count for resources with `groups`.'),
  device: about(
    v.nullable(v.string()),
    'The device of this request: `X-Device-Id`, or else the device to which the token is bound; null: none.',
  ),
  expires: about(Timestamp, 'When the token expires.'),
  now: about(Timestamp, 'The current time of the service.'),
});
export type WhoamiAnswer = v.InferOutput<typeof WhoamiAnswer>;
