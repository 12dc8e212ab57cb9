/** The initial state of a cache. */

import type { Parameters } from '../api.ts';
import type { Meta } from '../store/store.ts';
import type { CacheState } from './cache-state.ts';
import { NEVER } from './times.ts';

/** A cache of which nothing is known, except what `meta` says about the stored copy. */
export function firstCache(id: string, title: string, parameters: Parameters, meta: Meta | null = null): CacheState {
  return {
    id,
    title,
    parameters,
    phase: 'resting',
    isUsed: false,
    usedAt: 0,
    meta,
    isRead: meta !== null,
    tag: meta?.tag ?? null,
    revision: meta?.revision ?? 0,
    isTold: false,
    isOpen: false,
    askAt: NEVER,
    floorAt: -NEVER,
    askedAt: -NEVER,
    askedEtag: null,
    wantsWhole: false,
    wrongs: 0,
    conflicts: 0,
    fails: 0,
    behinds: 0,
    item: null,
    demand: null,
    served: null,
    compactAt: -NEVER,
    error: null,
    deniedAt: null,
  };
}
