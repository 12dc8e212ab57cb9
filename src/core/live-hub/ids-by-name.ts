/**
 * Ids by a shared name: an index of a hub. Most names have few ids, which are kept in a list, because a set takes 200
 * bytes.
 */

/** Longest list; beyond it, a set is used. */
const FEW = 8;

const NOBODY: ReadonlySet<string> = new Set();

export class IdsByName {
  readonly #ids = new Map<string, string | string[] | Set<string>>();

  get size(): number {
    return this.#ids.size;
  }

  has(name: string): boolean {
    return this.#ids.has(name);
  }

  /** In the order in which they were added. */
  of(name: string): ReadonlySet<string> {
    const ids = this.#ids.get(name);
    if (ids === undefined) return NOBODY;
    return ids instanceof Set ? ids : new Set(listOf(ids));
  }

  /** Does nothing if the name already has the id. */
  add(name: string, id: string): void {
    const ids = this.#ids.get(name);
    if (ids === undefined) this.#ids.set(name, id);
    else if (ids instanceof Set) ids.add(id);
    else if (typeof ids === 'string') {
      if (ids !== id) this.#ids.set(name, [ids, id]);
    } else if (!ids.includes(id)) {
      ids.push(id);
      if (ids.length > FEW) this.#ids.set(name, new Set(ids));
    }
  }

  delete(name: string, id: string): void {
    const ids = this.#ids.get(name);
    if (ids === undefined) return;
    if (ids instanceof Set) {
      ids.delete(id);
      if (ids.size === 0) this.#ids.delete(name);
      return;
    }
    const [first, ...others] = listOf(ids).filter((other) => other !== id);
    if (first === undefined) this.#ids.delete(name);
    else this.#ids.set(name, others.length === 0 ? first : [first, ...others]);
  }
}

function listOf(ids: string | readonly string[]): readonly string[] {
  return typeof ids === 'string' ? [ids] : ids;
}
