/** The walk that brings home what lies where it was before the number of databases was changed (spread.ts). */

import { log } from '../log.ts';
import { moveWalk, readWalk } from './walks.ts';

/** Pages of one table in one database that a run of the cron walks. */
const PAGES = 10;

/** A table in one database, as it is walked; a `Place` names a row in the order of the walk. */
export interface WalkedTable<Row, Place> {
  db: D1Database;
  name: string;
  /** Number of the database, for the log. */
  shard: number;
  /** Rows after a place, and where to go on; null: at the end of the table. */
  page(after: Place | null): Promise<{ rows: Row[]; next: Place | null }>;
  /** Moves those of a page that belong elsewhere; how many those were. */
  move(rows: Row[]): Promise<number>;
}

/** Goes on with the round through a table. The log tells of each that ends: one that moved nothing found all at home. */
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
