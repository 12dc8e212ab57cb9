/** Who asks (CONTRACT 1). */

import * as v from 'valibot';
import { about } from './about.ts';
import { Timestamp } from './timestamp.ts';

/** What a token may allow. No scope contains another, except that `cache:admin` contains `cache:inspect`. */
export const SCOPES = ['cache:read', 'cache:refresh', 'cache:inspect', 'cache:admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Where the scopes of a token come from. */
export const SCOPES_FROM = ['claims', 'default'] as const;
export type ScopesFrom = (typeof SCOPES_FROM)[number];

/** Whom a verified token speaks for. */
export interface Identity {
  /** The claim that JWT_USER_CLAIM points to: 1-256 characters, none of them control characters. */
  user: string;
  scopes: ReadonlySet<Scope>;
  /** Whether claims of the token name scopes, ours or not, or the scopes are JWT_DEFAULT_SCOPES. */
  scopesFrom: ScopesFrom;
  /** Names in the scope claims that are not ours: at most 20, each cut to 100 characters. */
  otherScopes: readonly string[];
  /** The claim that JWT_GROUPS_CLAIM points to. */
  groups: ReadonlySet<string>;
  /** `device_id`: pins the device; null: any. */
  device: string | null;
  /** `exp`, ms since the epoch. The token is accepted, waits and streams go on, for the clock tolerance longer. */
  expiresAt: number;
}

/** Whether the token may administer: only then are the names of secrets and hosts told. */
export function isAdmin({ scopes }: Pick<Identity, 'scopes'>): boolean {
  return scopes.has('cache:admin');
}

/** What decides which resources somebody finds (core/resource-access.ts). */
export type Reader = Pick<Identity, 'scopes' | 'groups'>;

/** `GET /whoami/`; the members in this order. */
export const WhoamiAnswer = v.strictObject({
  user: about(v.string(), 'The user whom the token speaks for.'),
  scopes: about(v.array(v.picklist(SCOPES)), 'What the token allows.'),
  scopes_from: about(
    v.picklist(SCOPES_FROM),
    '`claims`: the token has a claim of `JWT_SCOPE_CLAIMS`, whatever it names; `default`: it has none, so its scopes are `JWT_DEFAULT_SCOPES`.',
  ),
  other_scopes: about(
    v.array(v.string()),
    'What those claims name besides our scopes, as the token has it: the first 20 names, 100 characters of each. `tablet:cache:read` here means that `JWT_SCOPE_PREFIX` is not `tablet:`.',
  ),
  groups: about(v.array(v.string()), 'Groups of the user, for resources that name some.'),
  device: about(
    v.nullable(v.string()),
    'The device of this request: `X-Device-Id`, else the one that the token is pinned to; null: none.',
  ),
  expires: about(Timestamp, 'When the token expires.'),
  now: about(Timestamp, 'The time of the service.'),
});
export type WhoamiAnswer = v.InferOutput<typeof WhoamiAnswer>;
