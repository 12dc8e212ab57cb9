/** The tabs of one store. The tab that holds a lock leads; the others get messages, which are only hints. */

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

/** Messages between tabs. They contain no tokens and no rows. */
export type Message = { from: string } & (
  | { kind: 'hint'; cache: string; rev: number }
  /** A visible tab wants to lead; the leading tab answers `told`. */
  | { kind: 'want' }
  | {
      kind: 'told';
      checkedAt: number | null;
      client: Plain<SyncTold>;
      /** What differs from the last message; null: there is nothing to tell of the cache any more. */
      caches: readonly (readonly [cache: string, told: Plain<SyncTold> | null])[];
      /** The message contains all caches. */
      isWhole: boolean;
    }
  /** Asks the leading tab to tell everything, because this tab has missed earlier messages. */
  | { kind: 'missing' }
  /** Asks all tabs which caches they use. */
  | { kind: 'who' }
  | { kind: 'uses'; caches: readonly Used[] }
  | { kind: 'use'; used: Used; isUsed: boolean }
  | { kind: 'ask'; id: number; what: 'check' | 'refresh' | 'fresh'; cache: string; maxAgeS: number }
  | { kind: 'answer'; to: string; id: number; error: PlainError | null }
  /** Copies that the user may not have: they were dropped, and must not be shown. */
  | { kind: 'denied'; caches: readonly string[] }
  /** The service has signed the user out: no copy of theirs may stay. */
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

/** The tabs of a store. If they cannot agree (`shared` is null), each of them leads. */
export function tabsOf(
  name: string,
  shared: Shared | null,
  ears: { led(leads: boolean): void; heard(message: Message): void },
): Tabs {
  const id = Math.random().toString(36).slice(2);
  if (shared === null) return { id, send() {}, queue: () => ears.led(true), yield() {}, steal() {}, close() {} };
  const channel = shared.channel(name);
  channel.onmessage = ({ data }) => ears.heard(data as Message);
  // Otherwise the channel would keep a Node.js process alive.
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
  /** Leads until the lock is given up or taken away. */
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
      // Otherwise this tab's place in the queue would make it lead again after it has handed over.
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
