/** The operations that make up a fleet's bill, with the names that docs/scale.md uses. */

import type { Counts } from './counts.ts';

/** Every operation, and what is counted for it. */
export const OPERATIONS = {
  list: 'list of 20 records',
  listExpanded: 'list of 20 records, `expand=resource`',
  read304: 'data, 304, look-up current',
  read200: 'data, 200, hot: body in the isolate',
  read200Cold: 'data, 200, first read of a version at a location',
  delta: 'data, delta, hot: folded at the location',
  deltaCold: 'data, delta over 1 version, first at a location',
  delta8Cold: 'data, delta over 8 versions, first at a location',
  lookUp: 'more, when the look-up ran out',
  revalidation: 'more, when the read asks for a load',
  joinedAsk: 'more, when another location has asked for that load already',
  firstAsk: 'data, nothing there: asks for a load, 202',
  refresh: 'refresh, answered at once (`respond-async`)',
  refreshHeld: 'refresh, held its second because the load takes longer',
  state: 'state of a task',
  taskChanged: 'task to `SUCCESS`, rows changed',
  taskSame: 'task to `SUCCESS`, nothing changed',
  taskFirst: "task to `SUCCESS`, a cache's first load",
  alarmsChanged: 'alarms that a load leaves, rows changed',
  alarmsSame: 'alarms that a load leaves, nothing changed',
  record: 'one record more in a message',
  newRecord: 'one record more, the first of a device',
  message: 'one message of records, consumed',
  readMark: 'first read of a cache in an hour',
  sync1: '`/sync/` of 1 cache, 304, look-up current',
  sync10: '`/sync/` of 10 caches, all 304, look-ups current',
  sync100: '`/sync/` of 100 caches, all 304, look-ups current',
  syncLookUp1: 'more, when the look-up of 1 ran out',
  syncLookUp10: 'more, when the look-ups of 10 ran out',
  syncLookUp100: 'more, when the look-ups of 100 ran out',
  syncRecord1: 'record of a device that was given 1',
  syncRecord10: 'record of a device that was given 10',
  syncRecord100: 'record of a device that was given 100',
  syncTable: 'more, an item with its table, hot',
  syncTableCold: 'more, an item with its table, first at a location',
  syncDelta: 'more, an item with a delta, hot',
  syncDeltaCold: 'more, an item with a delta over 1 version, first at a location',
  syncAsk: 'more, an item that asks for a load',
  ticket: 'ticket for a socket',
  open: 'socket opened, first word of the hub',
  subscribe: 'more, when the check of 10 caches subscribes a socket',
  watch: 'watch of a cache by a hub, set',
  unwatch: 'watch of a cache by a hub, over: a change finds nobody',
  rest: 'watched cache that expires and rests: nobody is there, asked of one hub',
  restMore: 'more, when another hub is asked, too',
  resume: 'watch of a cache that rests, asked for again by a check',
  renew: 'watch of a cache, asked for again by a check',
  poke: 'more, when a change is told by one hub',
  pokeMore: 'more, when it is told by another hub, too',
  news: '`/sync/` of 1 poked cache, delta, known to the isolate',
  newsFirst: 'more, when the isolate asks D1 for the poked revision',
  freshen: 'load of a watched cache that has expired, asked for by its object',
  hubAlarm: 'one look of a hub at its sockets',
  hubWake: 'more, when a hub was asleep',
  webhook: 'more, when a change is told to a webhook',
  webhookFolded: 'more, when its receiver takes nothing: kept, folded into one row a cache',
  cron: 'one minute of cron, nothing due',
  purge: 'purge of a cache, and its alarms',
} as const;

export type OperationName = keyof typeof OPERATIONS;

/** Sizes that storage and its limits depend on, bytes. */
export interface Sizes {
  /** Size of the counted body, including its id map, and of one delta. */
  body: number;
  delta: number;
  /** Size of a tenth of a device with ten caches, and of an entry in D1, including indexes. */
  record: number;
  entry: number;
  /** Size of an object with one ended task, and of each further task. */
  object: number;
  endedTask: number;
}

/** All counts. An operation that this release does not have is left out. */
export interface Counted {
  /** Day of the count. */
  date: string;
  operations: Partial<Record<OperationName, Counts>>;
  sizes: Sizes;
}
