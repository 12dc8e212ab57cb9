/** The state of one cache, without its rows. Times are ms of a monotonic clock. */

import type { Parameters } from '../api.ts';
import type { FreshetError } from '../error.ts';
import type { Item } from '../network/transport.ts';
import type { Meta } from '../store/store.ts';

/**
 * The phase of a cache. `reading`: its copy is being read from the store. `resting`: nothing is in progress. `asked`:
 * it is in the running check. `queued`: its body waits to be read. `fetching`: its body is being read. `storing`: an
 * answer is being stored. `discarding`: the same, but the service has since signed the user out. `denied`: the user may
 * not read it.
 */
export type Phase = 'reading' | 'resting' | 'asked' | 'queued' | 'fetching' | 'storing' | 'discarding' | 'denied';

/** A read that an app has asked for: of recently loaded data, or of what a refresh has produced. */
export interface Demand {
  maxAgeS: number | null;
  /** A version that the answer must have passed; null: none. */
  afterVersion: number | null;
  /** Callers that wait for it. */
  waiters: readonly number[];
}

/** A cache, without its rows. */
export interface CacheState {
  readonly id: string;
  readonly title: string;
  readonly parameters: Parameters;
  readonly phase: Phase;
  /** Whether some tab uses it. */
  readonly isUsed: boolean;
  /** When it was last used. */
  readonly usedAt: number;
  /** What the store has. */
  readonly meta: Meta | null;
  /** Whether the store was read once. */
  readonly isRead: boolean;
  readonly tag: string | null;
  readonly revision: number;
  /** Whether the socket reports it, and whether the last answer allows that. */
  readonly isTold: boolean;
  readonly isOpen: boolean;
  /** When it is asked again, before the next full check. */
  readonly askAt: number;
  /** It is never asked before this moment: the service said so. */
  readonly floorAt: number;
  /** When it was last asked. */
  readonly askedAt: number;
  /** The version that the question names. */
  readonly askedEtag: string | null;
  /** The next question names no version, because the held rows failed the check. */
  readonly wantsWhole: boolean;
  /** In a row: answers that failed the check, commits that met a conflict, questions that failed. */
  readonly wrongs: number;
  readonly conflicts: number;
  readonly fails: number;
  /** How often it was asked again for a revision that was announced. */
  readonly behinds: number;
  /** The answer that is being read or stored. */
  readonly item: Item | null;
  readonly demand: Demand | null;
  /** The demand that the running read serves. */
  readonly served: Demand | null;
  /** When its copy may be rewritten. */
  readonly compactAt: number;
  readonly error: FreshetError | null;
  /** When it was first denied. */
  readonly deniedAt: number | null;
}
