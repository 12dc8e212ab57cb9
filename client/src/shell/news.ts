/** Which caches may have changed since the last look, so that a look costs only as much as has changed. */

export interface News {
  of(cache: string): void;
  ofAll(): void;
  /** The caches that may have changed since the last call; null: all. */
  take(): ReadonlySet<string> | null;
}

export function newsOf(): News {
  let caches = new Set<string>();
  let isOfAll = false;
  return {
    of: (cache) => void caches.add(cache),
    ofAll() {
      isOfAll = true;
    },
    take() {
      const taken = isOfAll ? null : caches;
      caches = new Set();
      isOfAll = false;
      return taken;
    },
  };
}
