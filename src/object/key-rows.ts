/** Runs the task machine on the object's rows: one transaction for each step, and an alarm for the work that is then owed. */

import { TASK_RETENTION_MS } from '../contract/constants.ts';
import { newTaskId } from '../core/task-id.ts';
import { type CacheDocument, emptyDocument, holdsTask } from '../core/task-machine/document.ts';
import type { StepContext } from '../core/task-machine/draft.ts';
import { nextAlarmAt } from '../core/task-machine/due.ts';
import type { EventName, Events, Step } from '../core/task-machine/events.ts';
import { step } from '../core/task-machine/index.ts';
import { listTasks } from '../core/task-machine/views.ts';
import type { CacheIdentity } from '../ports/entry.ts';
import type { Task } from '../ports/task.ts';
import { Documents } from './documents.ts';
import { type EndedTask, EndedTasks } from './ended-tasks.ts';
import { migrateSchema, readSchemaNumber, SCHEMA_NUMBER } from './schema.ts';

/** An alarm that is overdue by this much has been lost, ms. */
const ALARM_LATE_MS = 60_000;

/** How a step finds its document. */
export type Where = { key: string } | { taskId: string };

/** A document, and the ended task through which it was found. */
interface Found {
  document: CacheDocument | null;
  ended: EndedTask | null;
}
const UNKNOWN: Found = { document: null, ended: null };

/** The rows of one object: documents and ended tasks of its keys. */
export class KeyRows {
  readonly #storage: DurableObjectStorage;
  readonly #documents: Documents;
  readonly #ended: EndedTasks;
  readonly #onEnded: (taskId: string) => void;
  #schemaNumber: number;

  /** `onEnded` is called for each task that has ended, after the transaction. */
  constructor(storage: DurableObjectStorage, onEnded: (taskId: string) => void) {
    this.#storage = storage;
    this.#documents = new Documents(storage.sql);
    this.#ended = new EndedTasks(storage.sql);
    this.#onEnded = onEnded;
    this.#schemaNumber = readSchemaNumber(storage.sql);
  }

  /** Whether a newer release has changed the tables: this release must not touch them. */
  get areNewer(): boolean {
    return this.#schemaNumber > SCHEMA_NUMBER;
  }

  /** The document of a key, or of the key that the task belongs to, live or ended; null: unknown. */
  find(where: Where): CacheDocument | null {
    return this.#find(where).document;
  }

  #find(where: Where): Found {
    if (!this.#haveTables()) return UNKNOWN;
    if ('key' in where) return { document: this.#documents.read(where.key), ended: null };
    const { taskId } = where;
    const documents = this.#documents.all();
    const live = documents.find((document) => holdsTask(document, taskId));
    if (live !== undefined) return { document: live, ended: null };
    const ended = this.#ended.read(taskId);
    return { document: documents.find(({ cache }) => cache.key === ended?.key) ?? null, ended };
  }

  /** The keys of the object; empty before the first write. */
  keys(): string[] {
    return !this.#haveTables() ? [] : this.#documents.all().map(({ cache }) => cache.key);
  }

  /** One step of a known document; null: the document is unknown, and nothing was written. */
  async run<N extends EventName>(where: Where, name: N, request: Events[N]['request']): Promise<Step<N> | null> {
    if (!this.#haveTables()) return null;
    const alarmAt = await this.#storage.getAlarm();
    const { document, ended } = this.#find(where);
    if (document === null) return null;
    const done = this.#step(document, name, request, ended);
    // A task that ends or is trimmed changes the document too.
    if (done.document !== document) this.#transaction(() => this.#write(document, done));
    return this.#finish(done, alarmAt);
  }

  /** The state of a task; null: unknown. For an ended task whose document does not change, the alarm is not read. */
  async look(taskId: string): Promise<Step<'state'> | null> {
    if (!this.#haveTables()) return null;
    const { document, ended } = this.#find({ taskId });
    if (document !== null && ended !== null) {
      const done = this.#step(document, 'state', { taskId }, ended);
      if (done.document === document) return done;
    }
    return this.run({ taskId }, 'state', { taskId });
  }

  /** The tasks of a key, newest first; null: no load was ever asked for. */
  tasks(key: string, limit: number): Task[] | null {
    const document = this.find({ key });
    if (document === null) return null;
    return listTasks(document, this.#ended.newest(key, Date.now() - TASK_RETENTION_MS, limit), limit);
  }

  /** Asks for a load; creates the tables and the document if the key is new. */
  async enqueue(request: Events['enqueue']['request']): Promise<Step<'enqueue'>> {
    const alarmAt = this.#haveTables() ? await this.#storage.getAlarm() : null;
    const done = this.#creating(() => {
      const document = this.#documents.read(request.cache.key) ?? emptyDocument(request.cache);
      const done = this.#step(document, 'enqueue', request);
      this.#write(document, done);
      return done;
    });
    return this.#finish(done, alarmAt);
  }

  /** Creates the tables and an empty document for a cache that only D1 knows. */
  recall(cache: CacheIdentity): void {
    this.#haveTables();
    this.#creating(() => {
      if (this.#documents.read(cache.key) === null) this.#documents.write(emptyDocument(cache));
    });
  }

  /** Whether there are tables. Tables of an older release are migrated first, by any call. */
  #haveTables(): boolean {
    if (this.#schemaNumber === 0) return false;
    if (this.#schemaNumber < SCHEMA_NUMBER) {
      this.#transaction(() => migrateSchema(this.#storage.sql, this.#schemaNumber));
      this.#schemaNumber = SCHEMA_NUMBER;
    }
    return true;
  }

  /** A transaction that creates the tables if there are none. */
  #creating<T>(work: () => T): T {
    const result = this.#transaction(() => {
      if (this.#schemaNumber === 0) {
        migrateSchema(this.#storage.sql, 0);
        this.#documents.begin();
      }
      return work();
    });
    this.#schemaNumber = SCHEMA_NUMBER;
    return result;
  }

  /** Removes ended tasks of a key that are past their time, if a sweep is due. */
  async sweep(key: string): Promise<void> {
    const now = Date.now();
    const sweepAt = this.find({ key })?.ended.sweepAt ?? null;
    if (sweepAt === null || sweepAt > now) return;
    await this.run({ key }, 'swept', this.#ended.sweep(key, now));
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#documents.dropCopies();
      this.#ended.dropCopies();
      throw error;
    }
  }

  /** `known`: an ended task that was already read. */
  #step<N extends EventName>(
    document: CacheDocument,
    name: N,
    request: Events[N]['request'],
    known: EndedTask | null = null,
  ): Step<N> {
    return step(document, name, request, this.#context(document.cache.key, known));
  }

  /** Writes the changes of a step; must be called inside a transaction. */
  #write(before: CacheDocument, { document, ended, trims }: Step<EventName>): void {
    const { key } = document.cache;
    if (document !== before) this.#documents.write(document);
    for (const record of ended) this.#ended.write(key, record);
    if (trims) this.#ended.trim(key);
  }

  #context(key: string, known: EndedTask | null): StepContext {
    return {
      now: Date.now(),
      random: Math.random,
      newTaskId: (ofKey) => newTaskId(ofKey),
      ended: (taskId) => {
        const ended = known?.record.taskId === taskId ? known : this.#ended.read(taskId);
        return ended?.key === key ? ended.record : null;
      },
    };
  }

  async #finish<N extends EventName>(done: Step<N>, alarmAt: number | null): Promise<Step<N>> {
    await this.#arm(done.document, alarmAt);
    for (const { taskId } of done.ended) this.#onEnded(taskId);
    return done;
  }

  /**
   * Makes sure that owed work has an alarm. An earlier alarm stays, since each move writes a row. `alarmAt` was read
   * before the transaction: nothing may be awaited between the rows and the alarm, so that both reach the disk
   * together.
   */
  async #arm(document: CacheDocument, alarmAt: number | null): Promise<void> {
    const now = Date.now();
    const neededAt = nextAlarmAt(document, now);
    const stands = alarmAt !== null && alarmAt > now - ALARM_LATE_MS;
    if (neededAt === null || (stands && alarmAt <= neededAt)) return;
    await this.#storage.setAlarm(neededAt);
  }
}
