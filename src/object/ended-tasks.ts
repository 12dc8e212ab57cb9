/** Table `ended_tasks`: tasks that ended, one row each, written once. */

import { TASK_RETENTION_COUNT, TASK_RETENTION_MS } from '../contract/constants.ts';
import type { TaskRecord } from '../core/task-machine/document.ts';

/** An ended task and the key that it belongs to. */
export interface EndedTask {
  key: string;
  record: TaskRecord;
}

/** An ended task, however old; null: unknown. */
export function readEndedTask(sql: SqlStorage, taskId: string): EndedTask | null {
  const [row] = sql.exec<{ key: string; document: string }>(
    'SELECT key, document FROM ended_tasks WHERE task_id = ?',
    taskId,
  );
  return row === undefined ? null : { key: row.key, record: JSON.parse(row.document) as TaskRecord };
}

/** Appends a task that has ended. */
export function writeEndedTask(sql: SqlStorage, key: string, record: TaskRecord): void {
  sql.exec(
    'INSERT OR IGNORE INTO ended_tasks (task_id, key, ended_at, document) VALUES (?, ?, ?, ?)',
    record.taskId,
    key,
    record.endedAt,
    JSON.stringify(record),
  );
}

/** Cuts the tasks of a key to the newest TASK_RETENTION_COUNT. */
export function trimEndedTasks(sql: SqlStorage, key: string): void {
  sql.exec(
    `DELETE FROM ended_tasks WHERE task_id IN (
       SELECT task_id FROM ended_tasks WHERE key = ? ORDER BY ended_at DESC, task_id LIMIT -1 OFFSET ?)`,
    key,
    TASK_RETENTION_COUNT,
  );
}

/** Removes the tasks of a key that ended TASK_RETENTION_MS ago; what is left. */
export function sweepEndedTasks(sql: SqlStorage, key: string, now: number): { count: number; oldestAt: number | null } {
  sql.exec('DELETE FROM ended_tasks WHERE key = ? AND ended_at <= ?', key, now - TASK_RETENTION_MS);
  return sql
    .exec<{ count: number; oldestAt: number | null }>(
      'SELECT count(*) AS count, min(ended_at) AS oldestAt FROM ended_tasks WHERE key = ?',
      key,
    )
    .one();
}
