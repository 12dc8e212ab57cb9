/** Calls of the app that wait for a result, in this tab or in another tab that does not lead. */

import { type ErrorCode, FreshetError, failure } from '../error.ts';
import type { Message, PlainError, Tabs } from './tabs.ts';

type What = 'check' | 'refresh' | 'fresh';
type Ask = { what: What; cache: string; maxAgeS: number };
type Waiter = Ask & { resolve(): void; reject(error: FreshetError): void };

export interface Asks {
  make(what: What, cache: string, maxAgeS: number): Promise<void>;
  settle(waiters: readonly number[], error: FreshetError | null): void;
  heard(message: Extract<Message, { kind: 'ask' | 'answer' }>): void;
  /** The lead has changed: asks again for what was not answered. Other tabs do so with what they asked this one. */
  again(): void;
  close(): void;
}

/** `leads`: whether this tab's machine handles the calls; if not, another tab does. */
export function asksOf(
  tabs: Tabs,
  leads: () => boolean,
  tell: (event: { type: What; cache: string; maxAgeS: number; waiter: number }) => void,
): Asks {
  const own = new Map<number, Waiter>();
  const others = new Map<number, { to: string; id: number }>();
  let last = 0;
  let isClosed = false;

  const send = (id: number, { what, cache, maxAgeS }: Ask) => {
    if (leads()) tell({ type: what, cache, maxAgeS, waiter: id });
    else tabs.send({ kind: 'ask', id, what, cache, maxAgeS });
  };
  const end = (id: number, error: FreshetError | null) => {
    const waiter = own.get(id);
    own.delete(id);
    if (error === null) waiter?.resolve();
    else waiter?.reject(error);
  };

  return {
    make: (what, cache, maxAgeS) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(failure('closed'));
        last += 1;
        own.set(last, { what, cache, maxAgeS, resolve, reject });
        send(last, { what, cache, maxAgeS });
      }),
    settle(waiters, error) {
      for (const id of waiters) {
        const other = others.get(id);
        others.delete(id);
        if (other === undefined) end(id, error);
        else tabs.send({ kind: 'answer', ...other, error: plainOf(error) });
      }
    },
    heard(message) {
      if (message.kind === 'answer') {
        if (message.to === tabs.id) end(message.id, errorOfPlain(message.error));
      } else if (leads()) {
        last += 1;
        others.set(last, { to: message.from, id: message.id });
        send(last, message);
      }
    },
    again() {
      if (!leads()) others.clear();
      for (const [id, waiter] of own) send(id, waiter);
    },
    close() {
      isClosed = true;
      for (const id of [...own.keys()]) end(id, failure('closed'));
    },
  };
}

export function plainOf(error: FreshetError | null): PlainError | null {
  return error === null ? null : { code: error.code, message: error.message, status: error.status ?? null };
}

export function errorOfPlain(error: PlainError | null): FreshetError | null {
  if (error === null) return null;
  return new FreshetError(error.code as ErrorCode, error.message, { status: error.status ?? undefined });
}
