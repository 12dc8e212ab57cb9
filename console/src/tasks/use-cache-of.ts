/** Which cache a task is of. */

import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import type { Task } from './use-task.ts';

const MOST = 1000;
/** A task id begins with so many digits of the key of its cache (docs/storage.md). */
const KEY_DIGITS = 12;

/** The key of its cache; null: it is not known yet, or not among the first that fit. */
export function useCacheOf({ task_id: id, resource_title, parameters }: Task): string | null {
  const filter = { resource_title, parameters: JSON.stringify(parameters), limit: MOST };
  const caches = useQuery('/caches/', may('cache:inspect') ? { query: filter } : null);
  const digits = id.replaceAll('-', '').slice(0, KEY_DIGITS);
  return caches.data.value?.find(({ key }) => key.startsWith(digits))?.key ?? null;
}
