/**
 * Connections that heal. Platforms close them behind an app's back, above all while it sleeps, and each call on the dead handle
 * then fails. So a handle that failed is dropped and the database opened anew, at most three times a call; what never answers
 * counts double, because each time costs one's patience.
 */

import { StoreError } from './store.ts';

/** How a connection is made and ended. */
export interface Opener<C> {
  /** @param closed to be called when the platform has closed it */
  open(closed: () => void): Promise<C>;
  close(connection: C): unknown;
}

export interface Healing<C> {
  /** Works on an open connection, again after a failure. @throws StoreError */
  run<T>(work: (connection: C) => Promise<T>): Promise<T>;
  onLost(heard: (why: StoreError) => void): void;
  close(): void;
}

const REOPENINGS = 3;
const PAUSE_MS = 100;
/** What a call that was never answered fails with. */
export const SILENCE = new StoreError('lost', 'The database does not answer.');
/** Name of an error: a later release has changed the database, so that no other try helps. */
export const LATER_RELEASE = 'VersionError';

/** What a promise gives, if it does within so long. @throws SILENCE */
export function within<T>(ms: number, answer: T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, ms, SILENCE);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

/** Connects when first used. @param patienceMs how long an opening may take */
export function healing<C>({ open, close }: Opener<C>, patienceMs: number): Healing<C> {
  let opened: Promise<C> | null = null;
  let lost: StoreError | null = null;
  const ears: ((why: StoreError) => void)[] = [];

  const drop = (used: Promise<C> | null) => {
    if (opened === used) opened = null;
    // Also of an opening that nobody waits for any more.
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
