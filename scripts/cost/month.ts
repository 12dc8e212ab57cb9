/** What a fleet asks of the service in a month, and of the platform through it. */

import { type Counts, counts, timesCounts } from './counts.ts';
import type { Fleet } from './fleet.ts';
import type { Counted, OperationName } from './operations.ts';

/** Records of an isolate that come within this leave in one message. */
const GROUP_COMMIT_S = 0.2;
/** Most of a message. */
const MESSAGE_RECORDS = 500;
const MESSAGE_BYTES = 96 * 1024;
const QUEUE_UNIT_BYTES = 64_000;
/** Most of a batch of the sync queue, which waits so long to be full. */
const BATCH_MESSAGES = 10;
const BATCH_S = 1;
/** Kinds of answers of which an isolate sums the figures of a second, in a point each. */
const FIGURES_A_SECOND = 3;
/** A location that reads a stale cache before its load has ended and shows there asks for it, too. */
const STALE_S = 2;
const DAY_HOURS = 8;
const WAITS_AN_HOUR = 120;
const MINUTES_A_MONTH = 60 * 24 * 30;
const EXPANDED_LISTS = 0.1;

/** A month of a fleet. */
export interface Month {
  /** How often each operation happens; what is left out never does. */
  times: Partial<Record<OperationName, number>>;
  /** Pairs of a device and a cache: each leaves a record. */
  pairs: number;
  caches: number;
  /** Loads of a cache in a month, and those that change rows. */
  loads: number;
  changes: number;
  /** Records in a message, and messages in a batch, on average. */
  recordsPerMessage: number;
  messagesPerBatch: number;
  /** Points of the figures of requests. */
  figures: number;
}

/** What happens in a month. */
export function monthOf(fleet: Fleet, { operations }: Pick<Counted, 'operations'>): Month {
  const { devices, cachesPerDevice, devicesPerCache, hoursPerMonth } = fleet;
  const seconds = hoursPerMonth * 3600;
  const days = hoursPerMonth / DAY_HOURS;
  const pairs = devices * cachesPerDevice;
  const readers = Math.min(devices, devicesPerCache);
  const caches = pairs / readers;

  const liveShare = 'liveWait' in operations ? fleet.liveShare : 0;
  const polls = pairs * (1 - liveShare) * fleet.pollsPerHour * hoursPerMonth;
  const liveWait = pairs * liveShare * WAITS_AN_HOUR * hoursPerMonth;
  const read304 = polls * fleet.share304;
  const full = polls * fleet.share200;

  // Each location that has readers of a cache looks it up and reads its versions for itself.
  const places = Math.min(fleet.locations, readers);
  const readsASecond = polls / seconds / caches / places;
  const refreshHeld = devices * fleet.refreshesPerDay * days;
  const staleLoads = Math.min(caches * fleet.loadsPerHour * hoursPerMonth, polls + liveWait);
  const revalidation = staleLoads;
  const joinedAsk = staleLoads * Math.max(0, Math.min(places, readsASecond * places * STALE_S) - 1);
  const lookUps = polls / (1 + (readsASecond * fleet.entryCacheMs) / 1000);
  const lookUp = Math.max(0, lookUps - revalidation - joinedAsk);
  const loads = staleLoads + refreshHeld;
  const changes = loads * fleet.changeRate;
  // Who waits is given each version that changed rows.
  const deltas = Math.max(0, polls - read304 - full) + (pairs * liveShare * changes) / caches;
  const read200Cold = Math.min(full, changes * places);
  const deltaCold = Math.min(deltas, changes * places);

  const records = read304 + full + deltas + liveWait;
  const isolates = isolatesOf(fleet, records / seconds);
  const most = Math.min(MESSAGE_RECORDS, MESSAGE_BYTES / Math.max(1, bytesOfRecord(operations)));
  const recordsPerMessage = Math.min(1 + (records / seconds / isolates) * GROUP_COMMIT_S, most);
  const message = records / recordsPerMessage;
  const newRecord = Math.min(records, pairs * fleet.newDevices);
  const lists = devices * fleet.listsPerDay * days;
  return {
    times: {
      ...{ list: lists * (1 - EXPANDED_LISTS), listExpanded: lists * EXPANDED_LISTS },
      ...{ read304, read200: full - read200Cold, read200Cold, delta: deltas - deltaCold, deltaCold, liveWait },
      ...{ lookUp, revalidation, joinedAsk, refreshHeld, state: refreshHeld * fleet.statesPerRefresh },
      ...{ taskChanged: changes, taskSame: loads - changes, alarmsChanged: changes, alarmsSame: loads - changes },
      ...{ record: records - newRecord, newRecord, message, readMark: Math.min(records, caches * hoursPerMonth) },
      cron: MINUTES_A_MONTH,
    },
    ...{ pairs, caches, loads: loads / caches, changes: changes / caches },
    recordsPerMessage,
    messagesPerBatch: Math.min(BATCH_MESSAGES, Math.max(1, (message / seconds) * BATCH_S)),
    figures: Math.min(polls, isolates * seconds * FIGURES_A_SECOND),
  };
}

/** What the month asks of the platform, by operation. The figures of requests are those of no operation. */
export function linesOf(
  month: Month,
  { operations }: Pick<Counted, 'operations'>,
): Map<OperationName | 'figures', Counts> {
  const lines = new Map<OperationName | 'figures', Counts>([['figures', counts({ dataPoints: month.figures })]]);
  for (const [name, times] of Object.entries(month.times) as [OperationName, number][]) {
    const once = operations[name];
    if (once === undefined || times === 0) continue;
    lines.set(name, timesCounts(name === 'message' ? inBatches(once, month, bytesOfRecord(operations)) : once, times));
  }
  return lines;
}

/** A message of many records is billed by its size; those of a batch share an invocation and a statement. */
function inBatches(message: Counts, { recordsPerMessage, messagesPerBatch }: Month, recordBytes: number): Counts {
  const units = Math.ceil((message.queueBytes + recordsPerMessage * recordBytes) / QUEUE_UNIT_BYTES);
  return {
    ...timesCounts(message, 1 / messagesPerBatch),
    syncMessages: message.syncMessages,
    queueOperations: message.queueOperations * units,
    queueBytes: message.queueBytes,
  };
}

function isolatesOf({ locations, isolates, requestsPerIsolate }: Fleet, requestsASecond: number): number {
  return locations * Math.max(isolates, Math.ceil(requestsASecond / locations / requestsPerIsolate));
}

function bytesOfRecord({ record }: Counted['operations']): number {
  return record?.queueBytes ?? 0;
}
