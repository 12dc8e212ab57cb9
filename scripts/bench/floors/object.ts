/** The floors' object: rows of the same sizes in tables of the same form as the service's, and no rules. */

import { DurableObject } from 'cloudflare:workers';
import { migrateSchema } from '../../../src/object/schema.ts';

/** As long as the service's object gives a task that was sent before it sends it again, ms. */
const ALARM_MS = 60_000;

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
    await storage.setAlarm(Date.now() + ALARM_MS);
    this.ctx.waitUntil(this.env.REFRESH_QUEUE.send({ taskId, resource: 'small' }));
  }

  override alarm(): void {}
}
