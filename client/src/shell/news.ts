/** Which caches may show something else than when it was last looked: a look costs as much as there is news. */

export interface News {
  of(cache: string): void;
  ofAll(): void;
  /** What has come up since the last time; null: all. */
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
