/**
 * A task's state, now and as it goes on. Waits are held here and not in the object, which is billed while a request is in
 * flight in it: whoever waits asks it at growing intervals. The price: an end is seen up to one interval late.
 */

import { hasEnded } from '../../contract/task.ts';
import { log } from '../../log.ts';
import { MEMORY_SHARES } from '../../ports/memory-shares.ts';
import type { Task } from '../../ports/task.ts';
import { BoundedMap } from '../../stores/bounded-map.ts';
import { growingPauses, looks } from '../../waiting.ts';
import { demandAvailable } from '../demand-available.ts';
import type { Services } from '../services.ts';

type TaskServices = Pick<Services, 'objects' | 'lookup'>;

/** Between two looks. */
const PAUSES = growingPauses(200, 2000, 1.5);

/** An ended task that this isolate was told of, whose entry it has put to the edge. */
interface Ended {
  task: Task;
  /** Until when the object need not be asked again, ms: the entry is known at the edge for longer. */
  until: number;
}
const ENDED_MS = 30_000;
const ended = new BoundedMap<Ended>(MEMORY_SHARES.endedTasks, ({ task }) => 500 + 4 * JSON.stringify(task).length);

/** Bytes of all ended tasks that are remembered, for tests. */
export function endedTaskBytes(): number {
  return ended.weight;
}

/**
 * The task; null for one that is unknown or was forgotten. One object call, and none for an ended one that this isolate was
 * told of a moment ago: it never changes.
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
  // Whoever is told SUCCESS finds the new version at this location at once.
  if (entry !== null) await services.lookup.put(entry);
  if (hasEnded(task.state)) ended.set(taskId, { task, until: Date.now() + ENDED_MS });
  return task;
}

/** How long a task is watched. */
export interface WatchOptions {
  /** When the last look is taken, ms since the epoch. */
  until: number;
  /** Ends the watch early. */
  signal?: AbortSignal;
}

/**
 * The task as given, then as found at each further look, whether it differs or not, until it has ended or is forgotten. A
 * look that fails is left out: the next may succeed, and what is known stands meanwhile.
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
 * The task once it has ended or `enough` of it is seen; else as it is found at the last look. Where there is no room to hold the
 * request of `user`, as it is given.
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
