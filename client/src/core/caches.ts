/** The caches of a client, and those among them that a step looks for: what an event costs does not grow with their number. */

import type { Meta } from '../store/store.ts';
import { Agenda } from './agenda.ts';
import type { CacheState } from './state.ts';
import { NEVER, SECOND_MS } from './times.ts';

/** Nothing of it is under way. */
export function isIdle({ phase }: CacheState): boolean {
  return phase === 'resting' || phase === 'denied';
}

const GROUPS = {
  used: ({ isUsed }) => isUsed,
  told: ({ isTold }) => isTold,
  /** Their first reading is under way. */
  unread: ({ phase, isRead }) => phase === 'reading' && !isRead,
  /** They may be asked for. */
  askable: (cache) => isIdle(cache) && cache.isRead,
  asked: ({ phase }) => phase === 'asked',
  queued: ({ phase }) => phase === 'queued',
  fetching: ({ phase }) => phase === 'fetching',
  demanded: ({ demand }) => demand !== null,
  fragmented: ({ phase, meta, wantsWhole }) =>
    phase === 'resting' && !wantsWhole && meta !== null && isFragmented(meta),
} satisfies Record<string, (cache: CacheState) => boolean>;
type Group = keyof typeof GROUPS;
const NAMES = Object.keys(GROUPS) as Group[];

/** Caches by id. A state hands them on to the next one: the one before has them no more. */
export class Caches extends Map<string, CacheState> {
  readonly #groups = Object.fromEntries(NAMES.map((name) => [name, new Set()])) as Record<Group, Set<string>>;
  readonly #tagged = new Map<string, Set<string>>();
  /** When each is to be asked again. */
  readonly asking = new Agenda();
  /** When each may be asked that a full check has left out, since it was busy: the socket is not told of it. */
  readonly adding = new Agenda();
  /** Those of which something else may be told since `forgetChanges()`. */
  #changed = new Set<string>();

  override set(id: string, cache: CacheState): this {
    const before = this.get(id);
    super.set(id, cache);
    for (const name of NAMES) {
      if (GROUPS[name](cache)) this.#groups[name].add(id);
      else this.#groups[name].delete(id);
    }
    this.asking.set(id, cache.askAt === NEVER ? NEVER : askableAt(cache));
    this.adding.set(id, isLeftOut(cache) ? askableAt(cache) : NEVER);
    if (before?.tag !== cache.tag) {
      this.#untag(id, before?.tag);
      if (cache.tag !== null) this.#tagged.set(cache.tag, this.tagged(cache.tag).add(id));
    }
    this.#changed.add(id);
    return this;
  }

  override delete(id: string): boolean {
    for (const name of NAMES) this.#groups[name].delete(id);
    this.asking.set(id, NEVER);
    this.adding.set(id, NEVER);
    this.#untag(id, this.get(id)?.tag);
    this.#changed.add(id);
    return super.delete(id);
  }

  #untag(id: string, tag: string | null | undefined): void {
    const ids = tag && this.#tagged.get(tag);
    if (!ids) return;
    ids.delete(id);
    if (ids.size === 0) this.#tagged.delete(tag);
  }

  count(group: Group): number {
    return this.#groups[group].size;
  }

  /** Of a group, in the order in which they came to it. It may be changed meanwhile. */
  *of(group: Group): Generator<CacheState> {
    for (const id of this.#groups[group]) yield this.get(id) as CacheState;
  }

  /** Ids of those with this tag: different parameters may mean the same to the service. */
  tagged(tag: string): Set<string> {
    return this.#tagged.get(tag) ?? new Set();
  }

  /** What is told of those with this tag may be something else now. */
  touch(tag: string): void {
    for (const id of this.tagged(tag)) this.#changed.add(id);
  }

  get changed(): ReadonlySet<string> {
    return this.#changed;
  }

  forgetChanges(): void {
    if (this.#changed.size > 0) this.#changed = new Set();
  }
}

/** When it may be asked, as far as it is to be: not before the service allows it, nor at once again. */
function askableAt(cache: CacheState): number {
  const { isRead, isUsed, askAt, floorAt, askedAt } = cache;
  if (!isIdle(cache) || !isRead || !isUsed) return NEVER;
  return Math.max(askAt === NEVER ? -NEVER : askAt, floorAt, askedAt + SECOND_MS);
}

function isLeftOut({ isTold, phase, askAt }: CacheState): boolean {
  return !isTold && phase === 'resting' && askAt === NEVER;
}

/** Deltas behind a whole body after which the copy is written anew, or the part of its rows that they change. */
const MOST_ENTRIES = 32;
const MOST_CHANGED = 0.25;
/** Fewer changed rows than that cost less to read than a body costs to write. */
const LEAST_CHANGED = 500;

function isFragmented({ entries, changed, rows }: Meta): boolean {
  return entries >= MOST_ENTRIES || changed > Math.max(LEAST_CHANGED, rows * MOST_CHANGED);
}
