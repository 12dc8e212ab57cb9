/** Who asks (CONTRACT 1). */

export const SCOPES = ['cache:read', 'cache:refresh', 'cache:admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Identity {
  /** `sub`: 1-256 characters, none of them control characters. */
  user: string;
  scopes: ReadonlySet<Scope>;
  /** `device_id`: pins the device; null: any. */
  device: string | null;
  /** `exp`, ms since the epoch: streams end then. */
  expiresAt: number;
}
