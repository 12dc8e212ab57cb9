/** What an operation asks of the platform, in the meters of the price list and of the limits. */

/** Every meter and its unit. Times are those of this machine's stores; sizes are in bytes. */
export const METERS = {
  workerRequests: 'invocations of the Worker: requests, batches of queues, cron',
  loads: 'loads that the Worker carries out',
  infoLines: 'log lines of level `info`, of which `LOG_SAMPLE` are written',
  otherLines: 'log lines of other levels, which are all written',
  objectRequests: 'calls and alarms of objects; a message of a socket is a twentieth',
  objectMs: 'time in which an object is awake, ms, with local stores',
  objectRemoteCalls: 'times that an object waits for D1, R2, queues or other objects while it is awake',
  objectRowsRead: 'rows read in objects',
  objectRowsWritten: 'rows written in objects, an alarm set being one',
  hubWakes: 'times that a hub of live sockets was made again, sockets and all',
  d1Queries: 'statements run in D1',
  d1RowsRead: 'rows read in D1',
  d1RowsWritten: 'rows written in D1, index rows included',
  refreshMessages: 'messages of the refresh queue',
  syncMessages: 'messages of the sync queue',
  webhookMessages: 'messages of the webhook queue',
  queueOperations: 'writes, reads and deletes of 64 KB in queues',
  queueBytes: 'bytes of messages',
  r2ClassA: 'class A operations of R2: puts and parts',
  r2ClassB: 'class B operations of R2: gets',
  r2Deletes: 'deletes of R2, which are free',
  r2Bytes: 'bytes put to R2',
  cacheMatches: 'look-ups in the Cache API, which are free',
  cachePuts: 'puts to the Cache API, which are free',
  dataPoints: 'points written to Analytics Engine, but those of requests, which an isolate sums for some seconds',
} as const;

export type Meter = keyof typeof METERS;
/** An amount of each meter. */
export type Counts = Record<Meter, number>;

const ROUNDING = 1e-9;
const NAMES = Object.keys(METERS) as Meter[];

/** Zero for each meter that is not given. */
export function counts(some: Partial<Counts> = {}): Counts {
  return { ...mapMeters(() => 0), ...some };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return mapMeters((meter) => a[meter] + b[meter]);
}

/** `a` minus `b`, at least zero, since times vary; rounding errors become zero, too. */
export function subtractCounts(a: Counts, b: Counts): Counts {
  return mapMeters((meter) => (a[meter] - b[meter] > ROUNDING ? a[meter] - b[meter] : 0));
}

export function timesCounts(a: Counts, factor: number): Counts {
  return mapMeters((meter) => a[meter] * factor);
}

function mapMeters(amountOf: (meter: Meter) => number): Counts {
  return Object.fromEntries(NAMES.map((meter) => [meter, amountOf(meter)])) as Counts;
}
