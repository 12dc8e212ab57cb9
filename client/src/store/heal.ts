/**
 * Connections that heal. Platforms close them behind an app's back, above all while it sleeps, and each call on the
 * dead handle then fails. A handle that failed is dropped, and the database is opened again, at most three times for a
 * call. A call that gets no answer counts twice, because each such try costs the whole patience.
 */

import { StoreError } from './store.ts';

/** Opens and closes connections. */
export interface Opener<C> {
  /** @param closed call it when the platform has closed the connection */
  open(closed: () => void): Promise<C>;
  close(connection: C): unknown;
}

export interface Healing<C> {
  /** Runs `work` on an open connection, again after a failure. @throws StoreError */
  run<T>(work: (connection: C) => Promise<T>): Promise<T>;
  onLost(heard: (why: StoreError) => void): void;
  close(): void;
}

const REOPENINGS = 3;
const PAUSE_MS = 100;
/** The error of a call that got no answer. */
export const SILENCE = new StoreError('lost', 'The database does not answer.');
/** Name of the error if a later release has changed the database: trying again does not help. */
export const LATER_RELEASE = 'VersionError';

/** The result of a promise if it settles within `ms`. @throws SILENCE */
export function within<T>(ms: number, answer: T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, ms, SILENCE);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

/** Connects at the first use. @param patienceMs longest time for opening */
export function healing<C>({ open, close }: Opener<C>, patienceMs: number): Healing<C> {
  let opened: Promise<C> | null = null;
  let lost: StoreError | null = null;
  const ears: ((why: StoreError) => void)[] = [];

  const drop = (used: Promise<C> | null) => {
    if (opened === used) opened = null;
    // Also closes a connection whose opening nothing waits for any more.
    used?.then(close).catch(() => {});
  };
  const giveUp = (why: StoreError) => {
    lost = why;
    drop(opened);
  };

  return {
    async run(work) {
      for (let failures = 0; ; ) {
        if (lost) throw lost;
        opened ??= open((): void => drop(used));
        const used = opened;
        let isOpen = false;
        try {
          const connection = await within(patienceMs, used);
          isOpen = true;
          return await work(connection);
        } catch (error) {
          const { name, message } = (error ?? {}) as Error;
          if (isOpen && /quota|disk is full/i.test(name + message)) throw new StoreError('full', message, error);
          drop(used);
          failures += error === SILENCE ? 2 : 1;
          if (!lost && (failures > REOPENINGS || name === LATER_RELEASE)) {
            const why = new StoreError('lost', message, error);
            giveUp(why);
            for (const heard of ears) heard(why);
          } else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * failures));
        }
      }
    },
    onLost(heard) {
      ears.push(heard);
    },
    close() {
      giveUp(new StoreError('lost', 'The store is closed.'));
    },
  };
}
