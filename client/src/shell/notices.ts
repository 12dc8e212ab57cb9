/** Tells whoever listens to the client what differs, once for all that happens together. */

import type { ClientStatus, Storage } from '../api.ts';
import type { State } from '../core/state.ts';
import { statusOf } from '../core/status.ts';
import { report } from './platform.ts';

export interface Notices {
  /** The same object until something differs. */
  readonly status: ClientStatus;
  subscribe(ear: () => void): () => void;
  /** Something may differ: it is looked at in a microtask. */
  heard(): void;
  /** The last notice. */
  end(): void;
}

interface World {
  state(): State;
  storage(): Storage;
  /** When another tab has checked. */
  checkedAt(): number | null;
  /** Looks at the caches; whether any differs. */
  look(): boolean;
}

export function noticesOf({ state, storage, checkedAt, look }: World): Notices {
  const ears = new Set<() => void>();
  let status: ClientStatus | null = null;
  let isWaiting = false;

  const take = (): ClientStatus => {
    const now = statusOf(state());
    const next: ClientStatus = { ...now, checkedAt: now.checkedAt ?? checkedAt(), storage: storage() };
    const names = Object.keys(next) as (keyof ClientStatus)[];
    if (status === null || names.some((name) => status?.[name] !== next[name])) status = next;
    return status;
  };
  const tell = () => {
    isWaiting = false;
    const before = status;
    const isChanged = look();
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
      tell();
      ears.clear();
    },
  };
}
