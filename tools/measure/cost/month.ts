/** What a fleet asks of the service in a month, and thereby of the platform. */

import { WRITE_EVERY_MS } from '../../../src/http/request-figures.ts';
import { type Counts, counts, timesCounts } from './counts.ts';
import type { Fleet } from './fleet.ts';
import type { Counted, OperationName } from './operations.ts';
import { deliveryOf, isolatesOf, type Scale, scaleOf, type Times } from './ways.ts';

/**
 * Records of an isolate that come within this time leave in one message: for a record that comes alone, and for a busy
 * isolate.
 */
const GROUP_COMMIT_S = 0.2;
const BUSY_COMMIT_S = 0.8;
/** Most records of a message. */
const MESSAGE_RECORDS = 500;
const MESSAGE_BYTES = 96 * 1024;
const QUEUE_UNIT_BYTES = 64_000;
/** Most messages of a batch of the sync queue, and how long the queue waits for them. */
const BATCH_MESSAGES = 10;
const BATCH_S = 1;
/** Kinds of answers for which an isolate writes points of figures (request-figures.ts), and how often. */
const KINDS_OF_ANSWERS = 3;
const FIGURES_A_SECOND = KINDS_OF_ANSWERS / (WRITE_EVERY_MS / 1000);
const MINUTES_A_MONTH = 60 * 24 * 30;
const EXPANDED_LISTS = 0.1;

/** Operations that record what a device was given. */
export const RECORDS = [
  'record',
  'newRecord',
  'syncRecord1',
  'syncRecord10',
  'syncRecord100',
] as const satisfies OperationName[];
/** What is asked of the platform in addition to all operations. */
export const BESIDE = { figures: 'figures of requests', sockets: 'sockets told, and found by hubs that wake' } as const;
export type Beside = keyof typeof BESIDE;

/** A month of a fleet. */
export interface Month {
  /** How often each operation happens; an operation that is left out never happens. */
  times: Times;
  scale: Scale;
  /** Loads of a cache in a month, and those that change rows. */
  loads: number;
  changes: number;
  /** Requests of devices. */
  requests: number;
  /** Averages: requests whose records share a message, the bytes of these records, and messages per batch. */
  notesPerMessage: number;
  noteBytes: number;
  messagesPerBatch: number;
  /** Points of the figures of requests. */
  figures: number;
  sockets: number;
}

/** What happens in a month. */
export function monthOf(fleet: Fleet, { operations }: Pick<Counted, 'operations'>): Month {
  const { devices, hoursPerMonth, webhooks } = fleet;
  const scale = scaleOf(fleet);
  const { caches, seconds, days, refreshes } = scale;
  const delivery = deliveryOf(fleet, scale);
  const { notes, records, loads, changes, sockets } = delivery;
  const lists = devices * fleet.listsPerDay * days;
  const state = refreshes * fleet.statesPerRefresh;
  const opened = (delivery.times.ticket ?? 0) + (delivery.times.open ?? 0);
  const requests = delivery.requests + opened + lists + refreshes + state;

  const isolates = isolatesOf(fleet, requests / seconds);
  const bytes = RECORDS.reduce(
    (sum, name) => sum + (delivery.times[name] ?? 0) * (operations[name]?.queueBytes ?? 0),
    0,
  );
  const noteBytes = bytes / notes;
  const most = Math.min((MESSAGE_RECORDS * notes) / records, MESSAGE_BYTES / Math.max(1, noteBytes));
  const notesPerMessage = Math.min(1 + gathered(notes / seconds / isolates), most);
  const message = notes / notesPerMessage;
  return {
    times: {
      ...delivery.times,
      ...{ list: lists * (1 - EXPANDED_LISTS), listExpanded: lists * EXPANDED_LISTS, refreshHeld: refreshes, state },
      ...{ taskChanged: changes, taskSame: loads - changes, alarmsChanged: changes, alarmsSame: loads - changes },
      ...{ newRecord: devices * fleet.newDevices, message, readMark: Math.min(records, caches * hoursPerMonth) },
      ...{ webhook: changes * webhooks, cron: MINUTES_A_MONTH },
    },
    ...{ scale, loads: loads / caches, changes: changes / caches, requests, notesPerMessage, noteBytes },
    messagesPerBatch: Math.min(BATCH_MESSAGES, Math.max(1, (message / seconds) * BATCH_S)),
    figures: Math.min(requests, isolates * seconds * FIGURES_A_SECOND),
    sockets,
  };
}

/** How many further records come while the first of a message waits; `rate`: records of an isolate per second. */
function gathered(rate: number): number {
  const isBusy = 1 - Math.exp(-rate * BUSY_COMMIT_S);
  return rate * (GROUP_COMMIT_S + (BUSY_COMMIT_S - GROUP_COMMIT_S) * isBusy);
}

export type Lines = Map<OperationName | Beside, Counts>;

/** What the month asks of the platform, by operation. */
export function linesOf(month: Month, { operations }: Pick<Counted, 'operations'>, { socketUs }: Fleet): Lines {
  const lines: Lines = new Map<OperationName | Beside, Counts>([
    ['figures', counts({ dataPoints: month.figures })],
    ['sockets', counts({ objectMs: (month.sockets * socketUs) / 1000 })],
  ]);
  for (const [name, times] of Object.entries(month.times) as [OperationName, number][]) {
    const once = operations[name];
    if (once === undefined || times === 0) continue;
    lines.set(name, timesCounts(name === 'message' ? inBatches(once, month) : once, times));
  }
  return lines;
}

/** A message of many records is billed by its size; the messages of a batch share an invocation and a statement. */
function inBatches(message: Counts, { notesPerMessage, noteBytes, messagesPerBatch }: Month): Counts {
  const units = Math.ceil((message.queueBytes + notesPerMessage * noteBytes) / QUEUE_UNIT_BYTES);
  return {
    ...timesCounts(message, 1 / messagesPerBatch),
    syncMessages: message.syncMessages,
    queueOperations: message.queueOperations * units,
    queueBytes: message.queueBytes,
  };
}
