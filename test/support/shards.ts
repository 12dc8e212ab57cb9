/** Three databases, and settings that change during reads and writes. */
import { env } from 'cloudflare:workers';
import type { Shards } from '../../src/core/shards.ts';
import { databaseName } from '../../src/settings.ts';
import { recordingDatabase } from './database.ts';

export const databases = [env.DB, env.DB_1, env.DB_2].filter((db) => db !== undefined);

/** From one database to three, as docs/operations.md describes. */
export const GROWTH: readonly Shards[] = [
  { now: 1, before: 1 },
  { now: 1, before: 3 },
  { now: 3, before: 1 },
  { now: 3, before: 3 },
];

/** Rows of a table in each database. */
export function rowsIn<Row>(sql: string, ...values: unknown[]): Promise<Row[][]> {
  return Promise.all(
    databases.map(
      async (db) =>
        (
          await db
            .prepare(sql)
            .bind(...values)
            .all<Row>()
        ).results,
    ),
  );
}

/** A deploy that spreads while work continues: some of the work is still done by the earlier release. */
export class Rollout<Store> {
  readonly #make: (shards: Shards) => Store;
  readonly #working = new Set<Promise<unknown>>();
  #store: Store;
  #storeBefore: Store;
  #deploys = 0;
  #isMixed = false;

  constructor(make: (shards: Shards) => Store, [first = { now: 1, before: 1 }]: readonly Shards[]) {
    this.#make = make;
    this.#store = make(first);
    this.#storeBefore = this.#store;
  }

  /** Does a piece of work with the newest setting. */
  do<T>(work: (store: Store) => Promise<T>): Promise<T> {
    return this.#keep(work(this.#store));
  }

  /** The same with the earlier setting, until the deploy has reached every isolate. */
  doLate<T>(work: (store: Store) => Promise<T>): Promise<T> {
    return this.#keep(work(this.#storeBefore));
  }

  /** Changes the setting. */
  deploy(shards: Shards): void {
    this.#storeBefore = this.#store;
    this.#store = this.#make(shards);
    this.#deploys += 1;
    this.#isMixed = true;
  }

  /** The result of work, and whether work with another setting may have run at the same time. */
  async watch<T>(work: () => Promise<T>): Promise<{ result: T; wasMixed: boolean }> {
    const [deploys, isMixed] = [this.#deploys, this.#isMixed];
    const result = await work();
    return { result, wasMixed: isMixed || deploys !== this.#deploys };
  }

  /** The deploy reaches every isolate; done when no work runs with the earlier setting any more. */
  async finish(): Promise<void> {
    this.#storeBefore = this.#store;
    await Promise.all(this.#working);
    this.#isMixed = false;
  }

  #keep<T>(done: Promise<T>): Promise<T> {
    const ended = done.catch(() => undefined).finally(() => this.#working.delete(ended));
    this.#working.add(ended);
    return done;
  }
}

/** Databases; after the first statement that one of them answers, `then` runs before anything else is asked. */
export function followedBy(then: () => Promise<void>): Pick<Env, 'DB'> {
  let isFirst = true;
  const wrap = (db: D1Database) => {
    const { db: inner } = recordingDatabase(db, async () => {
      if (!isFirst) return;
      isFirst = false;
      await then();
    });
    return inner;
  };
  return Object.fromEntries(databases.map((db, shard) => [databaseName(shard), wrap(db)])) as Pick<Env, 'DB'>;
}

/** Runs workers, each doing one thing after another, during `during`; the first failure ends all. */
export async function under(
  workers: readonly (() => Promise<void>)[],
  during: (isOver: () => boolean) => Promise<void>,
): Promise<void> {
  let isOver = false;
  const running = workers.map(async (work) => {
    while (!isOver) await work();
  });
  const happening = during(() => isOver);
  try {
    await Promise.race([happening, Promise.all(running)]);
  } finally {
    isOver = true;
    await Promise.all([happening, ...running]);
  }
}
