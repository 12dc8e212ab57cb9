/** The tabs of one store: one of them leads, by a lock; the others are told by messages, which are hints alone. */

import type { Parameters } from '../api.ts';
import type { SyncTold } from '../core/status.ts';
import type { Shared } from './platform.ts';

/** A cache that a tab uses. */
export type Used = readonly [cache: string, title: string, parameters: Parameters];

/** An error as it crosses a channel. */
export interface PlainError {
  code: string;
  message: string;
  status: number | null;
}

/** What tabs tell each other. Tokens and rows are not among it. */
export type Message = { from: string } & (
  | { kind: 'hint'; cache: string; rev: number }
  /** A visible tab would lead; whoever leads answers `told`. */
  | { kind: 'want' }
  | {
      kind: 'told';
      checkedAt: number | null;
      client: Plain<SyncTold>;
      /** What differs from what was told before; null: nothing is told of it any more. */
      caches: readonly (readonly [cache: string, told: Plain<SyncTold> | null])[];
      /** All caches are among it, and no others are told of. */
      isWhole: boolean;
    }
  /** Whoever leads is to tell all: what was told before this tab has not heard. */
  | { kind: 'missing' }
  /** All tabs are to tell what they use. */
  | { kind: 'who' }
  | { kind: 'uses'; caches: readonly Used[] }
  | { kind: 'use'; used: Used; isUsed: boolean }
  | { kind: 'ask'; id: number; what: 'check' | 'refresh' | 'fresh'; cache: string; maxAgeS: number }
  | { kind: 'answer'; to: string; id: number; error: PlainError | null }
  /** Copies that the user may not have: they were dropped, and are not to be shown. */
  | { kind: 'denied'; caches: readonly string[] }
  /** The service has signed the user out: nothing that was read for them is to stay. */
  | { kind: 'signedOut' }
  | { kind: 'resume' }
  | { kind: 'bye'; wipe: boolean }
);
export type Plain<T> = Omit<T, 'error'> & { error: PlainError | null };
type Sent = Message extends infer M ? (M extends unknown ? Omit<M, 'from'> : never) : never;

export interface Tabs {
  readonly id: string;
  send(message: Sent): void;
  /** Waits for its turn to lead. */
  queue(): void;
  yield(): void;
  steal(): void;
  close(): void;
}

/** Tabs of a store; alone, without a way to agree: then each leads. */
export function tabsOf(
  name: string,
  shared: Shared | null,
  ears: { led(leads: boolean): void; heard(message: Message): void },
): Tabs {
  const id = Math.random().toString(36).slice(2);
  if (shared === null) return { id, send() {}, queue: () => ears.led(true), yield() {}, steal() {}, close() {} };
  const channel = shared.channel(name);
  channel.onmessage = ({ data }) => ears.heard(data as Message);
  // In Node.js a channel would keep the process.
  (channel as { unref?(): void }).unref?.();
  let release = () => {};
  let waiting = new AbortController();
  let isClosed = false;

  const hold = () =>
    new Promise<void>((resolve) => {
      if (isClosed) return resolve();
      release = resolve;
      ears.led(true);
    });
  /** Until the lock is given up or taken away. */
  const request = (options: LockOptions) => {
    shared.locks.request(name, options, hold).then(ended, ended);
  };
  const ended = (error?: unknown) => {
    if (isClosed || (waiting.signal.aborted && error === waiting.signal.reason)) return;
    release = () => {};
    ears.led(false);
    queue();
  };
  const queue = () => {
    waiting = new AbortController();
    request({ signal: waiting.signal });
  };

  return {
    id,
    send(message) {
      if (!isClosed) channel.postMessage({ ...message, from: id });
    },
    queue,
    yield: () => release(),
    steal() {
      // Else its own place in the queue would have it lead again after it has handed over.
      waiting.abort();
      request({ steal: true });
    },
    close() {
      isClosed = true;
      waiting.abort();
      release();
      channel.close();
    },
  };
}
