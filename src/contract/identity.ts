/** Who asks (CONTRACT 1). */

/** What a token may allow; no scope contains another. */
export const SCOPES = ['cache:read', 'cache:refresh', 'cache:admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whom a verified token speaks for. */
export interface Identity {
  /** `sub`: 1-256 characters, none of them control characters. */
  user: string;
  scopes: ReadonlySet<Scope>;
  /** `device_id`: pins the device; null: any. */
  device: string | null;
  /** `exp`, ms since the epoch: streams end then. */
  expiresAt: number;
}

/** Whether the token may administer: only then are the names of secrets and hosts told. */
export function isAdmin({ scopes }: Identity): boolean {
  return scopes.has('cache:admin');
}
