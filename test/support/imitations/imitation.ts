/**
 * What imitations of systems have in common: each is a file here and writes answers in the form of its system, byte for byte where that
 * matters. Made by hand of what their makers document. They run in Node, beside the tests' origin server (origin-server.ts).
 */

/** Whatever a definition's secrets hold, but for private keys. */
export const PASSWORD = 'K3y of the system';
/** Who asks. */
export const USER = 'freshet';
/** Rows that a system gives at once of itself. */
export const PAGE_ROWS = 2;
/** Where a system that misbehaves sends us. */
export const ELSEWHERE = 'http://elsewhere.example.com';

/** What every system has rows of. */
export interface Item {
  id: number;
  name: string;
  /** With two digits behind the point. */
  price: string;
  /** RFC 3339 in UTC, whole seconds. */
  changed: string;
}

/** A request, as the system sees it. */
export interface Asked {
  method: string;
  /** Below its host. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  /** What is no text goes as JSON. */
  body: unknown;
}

/** What a system holds, and where it is. */
export interface World {
  /** The address that it writes into links: scheme, host, and what stands for the host in the tests. */
  host: string;
  items: readonly Item[];
  /** As they were when the first page was asked for. */
  itemsAtFirst: readonly Item[];
  /** Names this moment in delta links. */
  moment: string;
  /** What has changed since such a moment; null: nobody knows any more. */
  since(moment: string): { changed: readonly Item[]; removed: readonly Item[] } | null;
}

/** How a system lets clients in. */
export type Login =
  | { kind: 'none' }
  | { kind: 'basic' }
  | { kind: 'bearer' }
  | { kind: 'oauth'; path: string; by: 'basic' | 'post' | 'private_key_jwt'; scope?: RegExp; answer?: object };

export interface Imitation {
  login: Login;
  /** Whether it leads to its pages by links: else a system that sends us elsewhere does so by a redirect. */
  hasLinks: boolean;
  /** Takes requests of who was let in. */
  answer(asked: Asked, world: World): Answered;
  /** That something failed, in the words of the system. */
  failure(status: number): Answered;
}

/** Rows from an offset on, and the offset of the next page; null: there is none. */
export function pageOf<T>(
  rows: readonly T[],
  from: number,
  size = PAGE_ROWS,
): { page: readonly T[]; next: number | null } {
  const end = from + size;
  return { page: rows.slice(from, end), next: end < rows.length ? end : null };
}

/** A number as such a parameter of a query; 0: it is not there. */
export function numberIn(query: URLSearchParams, name: string): number {
  return Number(query.get(name) ?? 0);
}

/** An id as the systems of one maker write theirs. */
export function guid(id: number): string {
  return `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
}

/** What nobody should have asked for: the definition is wrong. */
export function unknown(what: string): Answered {
  return { status: 404, body: `the imitation does not know ${what}` };
}
