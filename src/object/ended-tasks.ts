/**
 * Table `ended_tasks`: one row for each task that ended, written once. Some rows are also kept in memory, because
 * clients poll the state of their tasks. The table is the truth, as with documents (documents.ts).
 */

import { TASK_RETENTION_COUNT, TASK_RETENTION_MS } from '../contract/constants.ts';
import type { TaskRecord } from '../core/task-machine/document.ts';
import { BoundedMap } from '../stores/bounded-map.ts';

/** An ended task and the key that it belongs to. */
export interface EndedTask {
  key: string;
  record: TaskRecord;
}

/** Copies that an object keeps in memory. */
const MAX_KNOWN = 20;

/** The ended tasks of one object. */
export class EndedTasks {
  readonly #sql: SqlStorage;
  #known = new BoundedMap<EndedTask>(MAX_KNOWN);

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** An ended task, however old; null: unknown. */
  read(taskId: string): EndedTask | null {
    const known = this.#known.get(taskId);
    if (known !== undefined) return known;
    const [row] = this.#sql.exec<{ key: string; document: string }>(
      'SELECT key, document FROM ended_tasks WHERE task_id = ?',
      taskId,
    );
    if (row === undefined) return null;
    const ended = { key: row.key, record: JSON.parse(row.document) as TaskRecord };
    this.#known.set(taskId, ended);
    return ended;
  }

  /** The newest tasks of a key that ended after a time (ms), the newest first. */
  newest(key: string, endedAfter: number, limit: number): TaskRecord[] {
    return this.#sql
      .exec<{ document: string }>(
        'SELECT document FROM ended_tasks WHERE key = ? AND ended_at > ? ORDER BY ended_at DESC, task_id LIMIT ?',
        key,
        endedAfter,
        limit,
      )
      .toArray()
      .map(({ document }) => JSON.parse(document) as TaskRecord);
  }

  /** Appends a task that has ended. */
  write(key: string, record: TaskRecord): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO ended_tasks (task_id, key, ended_at, document) VALUES (?, ?, ?, ?)',
      record.taskId,
      key,
      record.endedAt,
      JSON.stringify(record),
    );
  }

  /** Cuts the tasks of a key to the newest TASK_RETENTION_COUNT. */
  trim(key: string): void {
    this.dropCopies();
    this.#sql.exec(
      `DELETE FROM ended_tasks WHERE task_id IN (
         SELECT task_id FROM ended_tasks WHERE key = ? ORDER BY ended_at DESC, task_id LIMIT -1 OFFSET ?)`,
      key,
      TASK_RETENTION_COUNT,
    );
  }

  /** Removes the tasks of a key that ended more than TASK_RETENTION_MS ago; returns what is left. */
  sweep(key: string, now: number): { count: number; oldestAt: number | null } {
    this.dropCopies();
    this.#sql.exec('DELETE FROM ended_tasks WHERE key = ? AND ended_at <= ?', key, now - TASK_RETENTION_MS);
    return this.#sql
      .exec<{ count: number; oldestAt: number | null }>(
        'SELECT count(*) AS count, min(ended_at) AS oldestAt FROM ended_tasks WHERE key = ?',
        key,
      )
      .one();
  }

  /** Drops the copies, after rows were removed or a transaction was rolled back. */
  dropCopies(): void {
    this.#known = new BoundedMap(MAX_KNOWN);
  }
}
