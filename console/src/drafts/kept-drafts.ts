/**
 * What somebody has typed and not sent, while their browser is away at the provider. One record a tab, in `sessionStorage`:
 * of one user at one address, for an hour. Nobody else is given it, and a token never stands in it.
 */

/** Whose drafts, and where they were typed: path and query. */
export interface Place {
  user: string;
  address: string;
}

/** Values of drafts by their names; what JSON can hold. */
export type Drafts = Readonly<Record<string, unknown>>;

/** How long drafts are kept, ms. */
export const DRAFTS_MS = 3_600_000;

const KEY = 'freshet.drafts';

interface Kept extends Place {
  /** ms since the epoch */
  at: number;
  drafts: Drafts;
}

/** Keeps drafts in the place of earlier ones. False: the browser has no room for them. */
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

/** The drafts of a place that are kept still. Those of another user, and old ones, are removed. */
export function keptDrafts(storage: Storage, { user, address }: Place, now: number): Drafts {
  const kept = read(storage);
  if (kept === null) return {};
  if (kept.user !== user || now - kept.at > DRAFTS_MS || now < kept.at) {
    storage.removeItem(KEY);
    return {};
  }
  return kept.address === address ? kept.drafts : {};
}

/** Removes one of them: it stands in its field again. */
export function dropDraft(storage: Storage, name: string): void {
  const kept = read(storage);
  if (kept === null || !Object.hasOwn(kept.drafts, name)) return;
  const { [name]: _dropped, ...drafts } = kept.drafts;
  keepDrafts(storage, kept, drafts, kept.at);
}

/** Removes all of them. */
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
