/** The floors' object: rows of the same sizes in tables of the same form as the service's, and no rules. */

import { DurableObject } from 'cloudflare:workers';
import { RESEND_FIRST_MS } from '../../../src/core/task-machine/timing.ts';
import { migrateSchema } from '../../../src/object/schema.ts';

/** Has the name of the service's class, so that wrangler.toml fits both. */
export class CacheObject extends DurableObject<Env> {
  /** Keeps a task's row, as an ended task. */
  keep(taskId: string, row: string): void {
    const { sql } = this.ctx.storage;
    migrateSchema(sql, 0);
    sql.exec('INSERT INTO ended_tasks (task_id, key, ended_at, document) VALUES (?, ?, ?, ?)', taskId, '', 0, row);
  }

  /** One row read. */
  state(taskId: string): string {
    const { sql } = this.ctx.storage;
    return sql.exec<{ document: string }>('SELECT document FROM ended_tasks WHERE task_id = ?', taskId).one().document;
  }

  /** The rows that a first refresh writes, an alarm, and the message after the answer. */
  async enqueue(key: string, taskId: string, document: string): Promise<void> {
    const { storage } = this.ctx;
    storage.transactionSync(() => {
      migrateSchema(storage.sql, 0);
      storage.sql.exec('INSERT INTO keys (key, document) VALUES (?, ?)', key, document);
    });
    await this.#send(taskId, RESEND_FIRST_MS);
  }

  /** What the service's object makes of a task that nobody claims: the message again, and a later alarm. */
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const { key, document } = sql.exec<{ key: string; document: string }>('SELECT key, document FROM keys').one();
    sql.exec('UPDATE keys SET document = ? WHERE key = ?', document, key);
    const { head } = JSON.parse(document) as { head: { taskId: string } };
    await this.#send(head.taskId, 2 * RESEND_FIRST_MS);
  }

  async #send(taskId: string, againMs: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + againMs);
    this.ctx.waitUntil(this.env.REFRESH_QUEUE.send({ taskId, resource: 'small' }));
  }
}
