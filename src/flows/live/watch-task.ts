/**
 * The state of a task, now and over time. A wait is held here and not in the object, which is billed while a request
 * runs in it: the waiting request asks the object at growing intervals. So it sees the end up to one interval late.
 */

import { hasEnded } from '../../contract/task.ts';
import { log } from '../../log.ts';
import { MEMORY_SHARES } from '../../ports/memory-shares.ts';
import type { Task } from '../../ports/task.ts';
import { BoundedMap } from '../../stores/bounded-map.ts';
import { growingPauses, looks } from '../../waiting.ts';
import { demandAvailable } from '../ask-object.ts';
import type { Services } from '../services.ts';

type TaskServices = Pick<Services, 'objects' | 'lookup'>;

/** Between two looks. */
const PAUSES = growingPauses(200, 2000, 1.5);

/** An ended task that this isolate has seen, and whose entry it has put into the edge cache. */
interface Ended {
  task: Task;
  /** Until when the object need not be asked again, ms since the epoch: the edge cache keeps the entry for longer. */
  until: number;
}
const ENDED_MS = 30_000;
const ended = new BoundedMap<Ended>(MEMORY_SHARES.endedTasks, ({ task }) => 500 + 4 * JSON.stringify(task).length);

/** Bytes of all remembered tasks, for tests. */
export function endedTaskBytes(): number {
  return ended.weight;
}

/**
 * Returns the task; null if it is unknown or forgotten. Takes one object call, or none for an ended task that this
 * isolate saw a moment ago: an ended task never changes.
 *
 * @param taskId a UUID in lower case
 * @throws Problem `overloaded`
 */
export async function readTask(services: TaskServices, taskId: string): Promise<Task | null> {
  const known = ended.get(taskId);
  if (known !== undefined && known.until > Date.now()) return known.task;
  const answer = demandAvailable(await services.objects.state(taskId));
  if (answer.outcome === 'unknown') return null;
  const { task, entry } = answer;
  // A client that is told SUCCESS finds the new version at this location at once.
  if (entry !== null) await services.lookup.put(entry);
  if (hasEnded(task.state)) ended.set(taskId, { task, until: Date.now() + ENDED_MS });
  return task;
}

/** How long to watch a task. */
export interface WatchOptions {
  /** When to look for the last time, ms since the epoch. */
  until: number;
  /** Ends the watch early. */
  signal?: AbortSignal;
}

/**
 * Yields the task as given, then the result of each later look, changed or not, until the task has ended or is
 * forgotten. Skips a look that fails: the next one may succeed, and the known state stays valid.
 */
export async function* watchTask(
  services: TaskServices,
  first: Task,
  { until, signal }: WatchOptions,
): AsyncGenerator<Task, void, void> {
  let task = first;
  for await (const look of looks(until, PAUSES, signal)) {
    const found = look === 0 ? first : await lookAgain(services, task);
    if (found === null) return;
    task = found;
    yield task;
    if (hasEnded(task.state)) return;
  }
}

async function lookAgain(services: TaskServices, known: Task): Promise<Task | null> {
  try {
    return await readTask(services, known.taskId);
  } catch (error) {
    log('warn', 'task.look_failed', { task_id: known.taskId, error });
    return known;
  }
}

/**
 * Returns the task once it has ended or `enough` returns true for it, otherwise its state at the last look. If there is
 * no room to hold the request of `user`, returns the task as given.
 */
export async function waitForTask(
  services: TaskServices & Pick<Services, 'hold'>,
  first: Task,
  user: string,
  until: number,
  enough: (task: Task) => boolean = () => false,
): Promise<Task> {
  const hold = services.hold({ user, kind: 'load', until });
  if (hold === null) return first;
  let last = first;
  try {
    for await (const task of watchTask(services, first, { until })) {
      last = task;
      if (enough(task)) break;
    }
  } finally {
    hold.release();
  }
  return last;
}
