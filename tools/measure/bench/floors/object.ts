/** The floors' object: rows of the same size in tables of the same form as the service's, without rules. */

import { DurableObject } from 'cloudflare:workers';
import { OWED_REPLACED_MS, RESEND_FIRST_MS } from '../../../../src/core/task-machine/timing.ts';
import { migrateSchema } from '../../../../src/object/schema.ts';
import type { Entry } from '../../../../src/ports/entry.ts';
import { d1Entries } from '../../../../src/stores/entries.ts';

type KeyRow = { key: string; document: string };

/** Exists because wrangler.toml names it; no floor has sockets. */
export class LiveHub extends DurableObject<Env> {}

/** Exists for the same reason; no floor has sources. */
export class SourceGate extends DurableObject<Env> {}

/** Has the name of the service's class, so that wrangler.toml fits both. */
export class CacheObject extends DurableObject<Env> {
  /** Stores a task's row as that of an ended task. */
  keep(taskId: string, row: string): void {
    const { storage } = this.ctx;
    storage.transactionSync(() => {
      migrateSchema(storage.sql, 0);
      this.#keepEnded(taskId, row);
    });
  }

  /** Reads one row; null: the task has not ended. */
  state(taskId: string): string | null {
    const rows = this.ctx.storage.sql.exec<{ document: string }>(
      'SELECT document FROM ended_tasks WHERE task_id = ?',
      taskId,
    );
    return rows.toArray()[0]?.document ?? null;
  }

  /** Stores the row of a waiting task. */
  keepWaiting(taskId: string, document: string): void {
    const { storage } = this.ctx;
    storage.transactionSync(() => {
      migrateSchema(storage.sql, 0);
      storage.sql.exec('INSERT INTO keys (key, document) VALUES (?, ?)', taskId, document);
    });
  }

  /** Reads the time of the alarm, as each step that may owe something does, and one row. */
  async waiting(): Promise<string> {
    const { storage } = this.ctx;
    await storage.getAlarm();
    return storage.sql.exec<KeyRow>('SELECT key, document FROM keys').one().document;
  }

  /** The rows of a first refresh, an alarm, and the message after the answer. */
  async enqueue(taskId: string, document: string): Promise<void> {
    const { storage } = this.ctx;
    storage.transactionSync(() => {
      migrateSchema(storage.sql, 0);
      storage.sql.exec('INSERT INTO keys (key, document) VALUES (?, ?)', taskId, document);
    });
    await this.#send(taskId, RESEND_FIRST_MS);
  }

  /** Writes a row and reads the time of the alarm, as each step of the service's object does. */
  async claim(document: string): Promise<void> {
    await this.ctx.storage.getAlarm();
    this.#write(document);
  }

  /** Writes the version to the object's row, then to D1; then the task has ended. */
  async commit(taskId: string, document: string, entry: Entry, row: string): Promise<void> {
    const { storage } = this.ctx;
    await storage.getAlarm();
    this.#write(document);
    await d1Entries(this.env.DB).put(entry);
    await storage.getAlarm();
    storage.transactionSync(() => {
      this.#write(document);
      this.#keepEnded(taskId, row);
    });
  }

  /**
   * A task that is not claimed gets its message again, and a later alarm; after a task that has ended, removals are
   * owed.
   */
  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    const { key, document } = storage.sql.exec<KeyRow>('SELECT key, document FROM keys').one();
    this.#write(document);
    if (this.state(key) === null) await this.#send(key, 2 * RESEND_FIRST_MS);
    else await storage.setAlarm(Date.now() + OWED_REPLACED_MS);
  }

  #write(document: string): void {
    this.ctx.storage.sql.exec('UPDATE keys SET document = ?', document);
  }

  #keepEnded(taskId: string, row: string): void {
    const columns = 'task_id, key, ended_at, document';
    this.ctx.storage.sql.exec(`INSERT INTO ended_tasks (${columns}) VALUES (?, ?, ?, ?)`, taskId, '', 0, row);
  }

  async #send(taskId: string, againMs: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + againMs);
    this.ctx.waitUntil(this.env.REFRESH_QUEUE.send({ taskId, resource: 'small' }));
  }
}
