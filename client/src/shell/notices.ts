/** Tells subscribers of the client when its status differs, once for everything that happens together. */

import type { ClientStatus, Storage } from '../api.ts';
import type { State } from '../core/state.ts';
import { statusOf } from '../core/status.ts';
import { demand } from './inputs.ts';
import type { News } from './news.ts';
import { report } from './platform.ts';
import type { Told } from './told.ts';

export interface Notices {
  /** The same object until something differs. */
  readonly status: ClientStatus;
  subscribe(ear: () => void): () => void;
  /** The status may differ: it is compared in a microtask. */
  heard(): void;
  /** Sends the last notice. */
  end(): void;
}

interface World {
  state(): State;
  storage(): Storage;
  /** What the leading tab tells. */
  told: Pick<Told, 'checkedAt' | 'client'>;
  news: News;
  /** Compares these caches, or all (null). @returns whether any differs */
  look(caches: ReadonlySet<string> | null): boolean;
}

export function noticesOf({ state, storage, told, news, look }: World): Notices {
  const ears = new Set<() => void>();
  let status: ClientStatus | null = null;
  let isWaiting = false;

  const take = (): ClientStatus => {
    const own = statusOf(state());
    // A tab that does not lead shows the leading tab's status, above all that the user must sign in.
    const now = own.sync === 'paused' ? { ...own, ...(told.client as ClientStatus | null) } : own;
    const next: ClientStatus = { ...now, checkedAt: now.checkedAt ?? told.checkedAt, storage: storage() };
    const names = Object.keys(next) as (keyof ClientStatus)[];
    if (status === null || names.some((name) => status?.[name] !== next[name])) status = next;
    return status;
  };
  const tell = () => {
    isWaiting = false;
    const before = status;
    const isChanged = look(news.take());
    if (take() === before && !isChanged) return;
    for (const ear of [...ears]) {
      try {
        ear();
      } catch (error) {
        report(error);
      }
    }
  };

  return {
    get status() {
      return take();
    },
    subscribe(ear) {
      demand(typeof ear === 'function', 'subscribe(heard): heard', 'a function');
      const own = () => ear();
      ears.add(own);
      return () => ears.delete(own);
    },
    heard() {
      if (isWaiting) return;
      isWaiting = true;
      queueMicrotask(tell);
    },
    end() {
      news.ofAll();
      tell();
      ears.clear();
    },
  };
}
