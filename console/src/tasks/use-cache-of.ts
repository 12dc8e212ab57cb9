/** Finds the cache of a task. */

import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import type { Task } from './use-task.ts';

const MOST = 1000;
/** Number of digits of the cache's key at the start of a task id (docs/storage.md). */
const KEY_DIGITS = 12;

/** The key of the task's cache; null: not known yet, or not among the first matches. */
export function useCacheOf({ task_id: id, resource_title, parameters }: Task): string | null {
  const filter = { resource_title, parameters: JSON.stringify(parameters), limit: MOST };
  const caches = useQuery('/caches/', may('cache:inspect') ? { query: filter } : null);
  const digits = id.replaceAll('-', '').slice(0, KEY_DIGITS);
  return caches.data.value?.find(({ key }) => key.startsWith(digits))?.key ?? null;
}
