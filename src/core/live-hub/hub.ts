/**
 * What a hub knows: its sockets, the caches that each is told of, and the watches that it has set at cache objects.
 * Unlike the documents of the task machine, it is changed in place: a hub holds up to 400,000 pairs of socket and
 * cache, and a step touches few of them.
 */

import { IdsByName } from './ids-by-name.ts';

/** Most pairs of socket and cache in a hub, and most different caches: together at most 100 MB of its memory. */
export const MAX_PAIRS = 400_000;
export const MAX_WATCHES = 200_000;
/** Most pairs of one user's sockets, so that no single user fills a hub. */
export const MAX_PAIRS_PER_USER = MAX_PAIRS / 4;

/** Most caches that one socket is told of: their tags must fit into the socket's attachment (object/hub-sockets.ts). */
export const MAX_TAGS = 1_000;

/** An open socket. Times are ms since the epoch. */
export interface Socket {
  id: string;
  user: string;
  device: string;
  openedAt: number;
  /** Latest expiry of the tokens with which the socket was opened or checked; the socket ends then. */
  expiresAt: number;
  /** Number of the last check; 0: there was none. */
  seq: number;
  /** Until when the socket may be told of `tags`; by then the user's rights must be checked again. */
  toldUntil: number;
  /** Tags of the caches that the socket is told of. */
  tags: ReadonlySet<string>;
}

/** A socket to be added. */
export type NewSocket = Omit<Socket, 'tags'> & { tags: Iterable<string> };

/** A watch at a cache's object. */
export interface Watch {
  tag: string;
  key: string;
  /** Increases, and is used only once by a hub for one key. */
  n: number;
  /** When the object is asked again, ms; null: nothing is to be asked. */
  dueAt: number | null;
  /** When the object acknowledged last, ms; 0: it never has. */
  acknowledgedAt: number;
  /** The object was told that no socket needs the cache, so it lets the cache expire until it is asked again. */
  rests: boolean;
}

/** The user and device of a ticket. */
export interface Ticket {
  user: string;
  device: string;
  expiresAt: number;
  goodUntil: number;
}

/** A socket that is told of nothing. */
export const NO_TAGS: ReadonlySet<string> = new Set();

/** The sockets of a hub with their indexes, its watches and its tickets. */
export class Hub {
  readonly sockets = new Map<string, Socket>();
  readonly watches = new Map<string, Watch>();
  readonly tickets = new Map<string, Ticket>();
  /**
   * For the pace of devices: when the open sockets of the last minute were opened, by id; and how many were told in
   * which second.
   */
  readonly openings = new Map<string, number>();
  readonly told: { second: number; sockets: number }[] = [];
  /** The last `n` that was given. */
  lastN = 0;
  /** Sockets that the alarm must still look at in this round, and when the next round begins, ms. */
  unseen: string[] = [];
  nextRoundAt = 0;
  /** Pairs of socket and cache. */
  pairs = 0;
  readonly #byTag = new IdsByName();
  readonly #byUser = new IdsByName();

  /** Adds an open socket: a new one, or one that was open when the hub fell asleep. */
  add(socket: NewSocket): void {
    const tags = this.#shared(socket.tags);
    this.sockets.set(socket.id, { ...socket, tags });
    this.#byUser.add(socket.user, socket.id);
    for (const tag of tags) this.#byTag.add(tag, socket.id);
    this.pairs += tags.size;
  }

  /** Removes a socket. Its caches stay watched until their objects find that no socket needs them. */
  remove(id: string): void {
    const socket = this.sockets.get(id);
    if (socket === undefined) return;
    this.tell(id, NO_TAGS);
    this.sockets.delete(id);
    this.openings.delete(id);
    this.#byUser.delete(socket.user, id);
  }

  /** Replaces the caches that a socket is told of. */
  tell(id: string, tags: ReadonlySet<string>): void {
    const socket = this.sockets.get(id);
    if (socket === undefined) return;
    for (const tag of socket.tags) if (!tags.has(tag)) this.#byTag.delete(tag, id);
    for (const tag of tags) if (!socket.tags.has(tag)) this.#byTag.add(tag, id);
    this.pairs += tags.size - socket.tags.size;
    this.sockets.set(id, { ...socket, tags: this.#shared(tags) });
  }

  /**
   * The same tags as strings that all sockets share. Otherwise each tag would keep the whole key in memory from which
   * it was cut.
   */
  #shared(tags: Iterable<string>): ReadonlySet<string> {
    const shared = new Set<string>();
    for (const tag of tags) shared.add(this.watches.get(tag)?.tag ?? tag);
    return shared.size === 0 ? NO_TAGS : shared;
  }

  update(id: string, patch: Partial<Omit<Socket, 'id' | 'user' | 'tags'>>): void {
    const socket = this.sockets.get(id);
    if (socket !== undefined) this.sockets.set(id, { ...socket, ...patch });
  }

  /** Ids of the sockets that are told of a cache. */
  toldOf(tag: string): ReadonlySet<string> {
    return this.#byTag.of(tag);
  }

  /** How many caches any socket is told of. */
  get toldCount(): number {
    return this.#byTag.size;
  }

  /** Whether any socket is told of a cache. */
  isTold(tag: string): boolean {
    return this.#byTag.has(tag);
  }

  /** How many pairs a user's sockets have. */
  pairsOf(user: string): number {
    let pairs = 0;
    for (const id of this.ofUser(user)) pairs += this.sockets.get(id)?.tags.size ?? 0;
    return pairs;
  }

  /** Ids of a user's sockets, oldest first. */
  ofUser(user: string): ReadonlySet<string> {
    return this.#byUser.of(user);
  }
}
