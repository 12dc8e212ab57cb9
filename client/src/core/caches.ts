/** The caches of a client, grouped by what a step looks for: the cost of an event does not grow with their number. */

import type { Meta } from '../store/store.ts';
import { Agenda } from './agenda.ts';
import type { CacheState } from './cache-state.ts';
import { NEVER, SECOND_MS } from './times.ts';

/** Nothing is in progress for this cache. */
export function isIdle({ phase }: CacheState): boolean {
  return phase === 'resting' || phase === 'denied';
}

const GROUPS = {
  used: ({ isUsed }) => isUsed,
  told: ({ isTold }) => isTold,
  /** Their first reading from the store is in progress. */
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

/** Caches by id. A state passes this map on to the next state, and must not use it afterwards. */
export class Caches extends Map<string, CacheState> {
  readonly #groups = Object.fromEntries(NAMES.map((name) => [name, new Set()])) as Record<Group, Set<string>>;
  readonly #tagged = new Map<string, Set<string>>();
  /** When each cache has to be asked again. */
  readonly asking = new Agenda();
  /** Caches that a full check left out because they were busy, so the socket does not report them: when to add each. */
  readonly adding = new Agenda();
  /** Ids of caches that may show something else since `forgetChanges()`. */
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

  /** The caches of a group, in the order in which they joined it. The group may change during the iteration. */
  *of(group: Group): Generator<CacheState> {
    for (const id of this.#groups[group]) yield this.get(id) as CacheState;
  }

  /** Ids of the caches with this tag: the service may treat different parameters as the same cache. */
  tagged(tag: string): Set<string> {
    return this.#tagged.get(tag) ?? new Set();
  }

  /** Marks the caches with this tag as changed: what is shown of them may differ now. */
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

/** When a cache that is waiting may be asked: not before the service allows it, and not twice within a second. */
function askableAt(cache: CacheState): number {
  const { isRead, isUsed, askAt, floorAt, askedAt } = cache;
  if (!isIdle(cache) || !isRead || !isUsed) return NEVER;
  return Math.max(askAt === NEVER ? -NEVER : askAt, floorAt, askedAt + SECOND_MS);
}

function isLeftOut({ isTold, phase, askAt }: CacheState): boolean {
  return !isTold && phase === 'resting' && askAt === NEVER;
}

/** Deltas after a whole body, or the share of rows that they change, from which on the copy is rewritten. */
const MOST_ENTRIES = 32;
const MOST_CHANGED = 0.25;
/** Up to this many changed rows, reading the deltas costs less than writing a body. */
const LEAST_CHANGED = 500;

function isFragmented({ entries, changed, rows }: Meta): boolean {
  return entries >= MOST_ENTRIES || changed > Math.max(LEAST_CHANGED, rows * MOST_CHANGED);
}
