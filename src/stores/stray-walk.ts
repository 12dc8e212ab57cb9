/** The walk that moves rows home after the number of databases was changed (spread.ts). */

import { log } from '../log.ts';
import { moveWalk, readWalk } from './walks.ts';

/** Pages of one table in one database per run of the cron. */
const PAGES = 10;

/** A table in one database, as the walk sees it; a `Place` identifies a row in the order of the walk. */
export interface WalkedTable<Row, Place> {
  db: D1Database;
  name: string;
  /** Number of the database, for the log. */
  shard: number;
  /** Rows after a place, and the place for the next call; null: the table has ended. */
  page(after: Place | null): Promise<{ rows: Row[]; next: Place | null }>;
  /** Moves those rows of a page that belong elsewhere; returns their number. */
  move(rows: Row[]): Promise<number>;
}

/**
 * Continues the round through a table. Each round's end is logged: a round that moved nothing found all rows at home.
 */
export async function walkForStrays<Row, Place>(table: WalkedTable<Row, Place>): Promise<void> {
  const { db, name, shard } = table;
  const walk = `move-${name}`;
  let { after, moved } = (await readWalk<{ after: Place | null; moved: number }>(db, walk)) ?? {
    after: null,
    moved: 0,
  };
  for (let pages = 0; pages < PAGES; pages++) {
    const { rows, next } = await table.page(after);
    moved += await table.move(rows);
    after = next;
    if (after === null) break;
  }
  await moveWalk(db, walk, after === null ? null : { after, moved }).run();
  if (after === null) log('notice', 'shards.walked', { table: name, shard, moved });
}
