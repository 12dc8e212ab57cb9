/** What really happened around one cache, counted in steps instead of times: the object's answers and rows are judged by it. */

import { emptyDocument, type TaskRecord } from '../../../src/core/task-machine/document.ts';
import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import { OWED_DROPPED_MS, OWED_REPLACED_MS } from '../../../src/core/task-machine/timing.ts';
import type { Entry } from '../../../src/ports/entry.ts';
import type { LoadChange } from '../../../src/ports/object.ts';
import { blobName } from '../task-machine/world.ts';
import { checkMove, checkNow } from './checks.ts';
import { clock } from './clock.ts';
import type { PlayedHub } from './played-hub.ts';
import type { RealCache, Snapshot, Weather } from './real-cache.ts';
import type { Rules } from './rules.ts';
import type { Tally } from './tally.ts';
import { checkWatching } from './watching.ts';

/** A consumer between its claim and its end. */
export interface Consumer {
  taskId: string;
  deliveryId: string;
  fence: number;
  /** End of its lease by its own clock, which is earlier. A commit that it has sent may still arrive later. */
  stopAt: number;
  /** The version that it compares with; 0: none. */
  previous: number;
  /** `committed`: it does not know the result of its commit. */
  stage: 'claimed' | 'loaded' | 'committed';
  change: LoadChange | null;
  data: Data;
  /** A purge took its lease, but it does not know. */
  isBroken: boolean;
}

/** When the data of a load was fetched, and with which definition. */
export interface Data {
  step: number;
  number: number;
}

/** A caller was given a task: its data must be fetched after this step, with this definition, and be newer than this version. */
interface Ask {
  taskId: string;
  step: number;
  number: number;
  version: number;
}

export class Model {
  readonly tally: Tally;
  readonly rules: Rules;
  readonly weather: Weather;
  readonly hubs: readonly PlayedHub[];
  /** The number of the current step; the first is 1. */
  step = 0;
  seen: Snapshot;
  /** Definition number of the resource. */
  definition = 1;
  messages: { taskId: string; at: number }[] = [];
  deliveries = 0;
  consumers: Consumer[] = [];
  /** By fence: when it was claimed, and the current version then. */
  readonly claims = new Map<number, { step: number; version: number }>();
  /** By version: every load that the object accepted. */
  readonly loads = new Map<number, Data>();
  readonly asks: Ask[] = [];
  /** Every ended task, also those that the object has forgotten. */
  readonly ended = new Map<string, TaskRecord>();
  /** All entries that D1 has held: a reader may use any of them. */
  readonly lookUps: (Entry | null)[] = [null];
  /** The highest version that a device was given. */
  device = 0;
  /**
   * The last purge: the step that asked for it, and the last version then; `answered`: the last purge that was
   * answered.
   */
  purge = { asked: 0, answered: 0, version: 0 };
  /** The same for the last soft purge. */
  expiry = { asked: 0, answered: 0 };
  /** Until then a blob of a kept version must stay: copies of the entry may still name it. */
  readonly neededUntil = new Map<string, number>();
  /** The alarm was lost, and no call has come since. */
  isAlarmLost = false;

  constructor(real: RealCache, tally: Tally, rules: Rules) {
    this.tally = tally;
    this.rules = rules;
    this.weather = real.weather;
    this.hubs = real.hubs;
    this.seen = { document: emptyDocument(real.cache), ended: [], alarmAt: null, d1: null, blobs: [] };
  }

  /** Moves the clock forward. Consumers stop when their lease is over, and their message comes again; a commit may be under way. */
  advance(to: number): void {
    clock.advance(to);
    for (const consumer of this.consumers) {
      if (consumer.stopAt <= clock.now && consumer.stage === 'claimed') this.handBack(consumer, 0);
    }
  }

  /** A consumer ends, and its message comes again. */
  handBack(consumer: Consumer, delayMs: number): void {
    this.dismiss(consumer);
    this.messages.push({ taskId: consumer.taskId, at: clock.now + delayMs });
  }

  dismiss(consumer: Consumer): void {
    this.consumers = this.consumers.filter((other) => other !== consumer);
  }

  accept(taskId: string, version = 0, step = this.step): void {
    this.asks.push({ taskId, step, number: this.definition, version });
  }

  /** The object's waiting task, if any: the one behind the head, otherwise the head. */
  get waiting(): string | null {
    const { head, behind } = this.seen.document;
    return behind?.taskId ?? (head === null || head.state === 'STARTED' ? null : head.taskId);
  }

  /** Reads object and stores again after a step, and checks everything that must hold. */
  async see(real: RealCache, judge: () => void): Promise<void> {
    await real.settled();
    const before = this.seen;
    const looked = await real.look(before);
    const document = this.rules.keep(looked.document, before.document);
    if (document !== looked.document) await real.replaceDocument(document);
    const after = { ...looked, document };
    this.seen = after;
    for (const taskId of real.takeSent()) this.messages.push({ taskId, at: clock.now });
    noteDropped(before, this);
    if (after.d1 !== null && after.d1.revision !== this.lookUps.at(-1)?.revision) this.lookUps.push(after.d1);
    this.tally.when(
      after.document.stored.revision < (after.d1?.revision ?? 0),
      'D1 has what the object does not know of',
    );
    tallySettled(before, this);
    judge();
    checkMove(before, this);
    checkWatching(before, this);
    for (const record of after.ended) this.ended.set(record.taskId, record);
    checkNow(this);
  }
}

function noteDropped(before: Snapshot, { seen: { document }, neededUntil }: Model): void {
  const named = new Set(namedBlobs(document, 0).map(blobName));
  const forMs = document.loaded === null ? OWED_DROPPED_MS : OWED_REPLACED_MS;
  for (const blob of namedBlobs(before.document, 0).map(blobName)) {
    if (!named.has(blob)) neededUntil.set(blob, clock.now + forMs);
  }
}

/** Tasks that waited for D1 when the step began, and ended in it. */
function tallySettled({ document: { settling } }: Snapshot, { seen, tally }: Model): void {
  for (const { record } of settling) {
    const state = seen.ended.find(({ taskId }) => taskId === record.taskId)?.state;
    tally.when(state === 'SUCCESS', 'a task waits for D1, and is SUCCESS when it is there');
    tally.when(state === 'FAILURE', 'a task is given up since D1 took nothing for an hour');
  }
}
