/**
 * What the user has typed and not sent, while the browser is away at the provider. One record for each tab, in
 * `sessionStorage`: for one user at one address, for an hour. No other user gets it, and it never contains a token.
 */

/** The user of the drafts, and the path and query where they were typed. */
export interface Place {
  user: string;
  address: string;
}

/** Drafts by name; JSON only. */
export type Drafts = Readonly<Record<string, unknown>>;

/** How long drafts are kept, ms. */
export const DRAFTS_MS = 3_600_000;

const KEY = 'freshet.drafts';

interface Kept extends Place {
  /** ms since the epoch */
  at: number;
  drafts: Drafts;
}

/** Keeps drafts, and replaces earlier ones. False: the browser has no room for them. */
export function keepDrafts(storage: Storage, { user, address }: Place, drafts: Drafts, now: number): boolean {
  storage.removeItem(KEY);
  if (Object.keys(drafts).length === 0) return true;
  try {
    storage.setItem(KEY, JSON.stringify({ user, address, at: now, drafts } satisfies Kept));
    return true;
  } catch {
    return false;
  }
}

/** The kept drafts of a place. Removes those of another user, and old ones. */
export function keptDrafts(storage: Storage, { user, address }: Place, now: number): Drafts {
  const kept = read(storage);
  if (kept === null) return {};
  if (kept.user !== user || now - kept.at > DRAFTS_MS || now < kept.at) {
    storage.removeItem(KEY);
    return {};
  }
  return kept.address === address ? kept.drafts : {};
}

/** Removes one draft, because it is in its field again. */
export function dropDraft(storage: Storage, name: string): void {
  const kept = read(storage);
  if (kept === null || !Object.hasOwn(kept.drafts, name)) return;
  const { [name]: _dropped, ...drafts } = kept.drafts;
  keepDrafts(storage, kept, drafts, kept.at);
}

/** Removes all drafts. */
export function dropDrafts(storage: Storage): void {
  storage.removeItem(KEY);
}

function read(storage: Storage): Kept | null {
  try {
    return JSON.parse(storage.getItem(KEY) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}
