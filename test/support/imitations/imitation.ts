/**
 * What imitations of systems have in common. Each imitation is a file in this folder and writes answers in its system's form, byte for
 * byte where that matters, after its maker's documentation. They run in Node, in the tests' origin server (origin-server.ts).
 */

/** The value of all secrets of definitions, except private keys. */
export const PASSWORD = 'K3y of the system';
/** The user name of the service. */
export const USER = 'freshet';
/** Default page size of a system, in rows. */
export const PAGE_ROWS = 2;
/** The host to which a misbehaving system refers. */
export const ELSEWHERE = 'http://elsewhere.example.com';

/** The data that every system has. */
export interface Item {
  id: number;
  name: string;
  /** With two decimal places. */
  price: string;
  /** RFC 3339 in UTC, whole seconds. */
  changed: string;
}

/** A request, from the view of the system. */
export interface Asked {
  method: string;
  /** Relative to its host. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  /** Anything but text is sent as JSON. */
  body: unknown;
}

/** The data of a system, and its address. */
export interface World {
  /** The address that it writes into links: scheme and host, and the path that represents the host in the tests. */
  host: string;
  items: readonly Item[];
  /** The items when the first page was requested. */
  itemsAtFirst: readonly Item[];
  /** Identifies this moment in delta links. */
  moment: string;
  /** The changes since such a moment; null: the moment has expired. */
  since(moment: string): { changed: readonly Item[]; removed: readonly Item[] } | null;
}

/** How a system authenticates clients. */
export type Login =
  | { kind: 'none' }
  | { kind: 'basic' }
  | { kind: 'bearer' }
  | { kind: 'oauth'; path: string; by: 'basic' | 'post' | 'private_key_jwt'; scope?: RegExp; answer?: object };

export interface Imitation {
  login: Login;
  /** Whether it has links to its pages; if not, a misbehaving system uses a redirect to refer to another host. */
  hasLinks: boolean;
  /** Answers authenticated requests. */
  answer(asked: Asked, world: World): Answered;
  /** A failure in the system's own form. */
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

/** The value of a query parameter as a number; 0: it is absent. */
export function numberIn(query: URLSearchParams, name: string): number {
  return Number(query.get(name) ?? 0);
}

/** An id in the form of some systems. */
export function guid(id: number): string {
  return `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
}

/** The answer to a request that the definition should never make. */
export function unknown(what: string): Answered {
  return { status: 404, body: `the imitation does not know ${what}` };
}
