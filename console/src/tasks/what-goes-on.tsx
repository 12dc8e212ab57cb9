import { may } from '../api/session.ts';
import { hasEnded } from '../api/task-states.ts';
import { useQuery } from '../api/use-query.ts';
import { tasksTexts } from '../texts/tasks.ts';
import { StepsFor } from '../ui/steps.tsx';
import { GateWait } from './gate-wait.tsx';
import { TaskLink, TaskState } from './task-link.tsx';
import type { Task } from './use-task.ts';

/** The version number at the end of an ETag: the last version that changed the body. */
const VERSION = /-v(\d+)$/;

/** Why a task waits, what it does, or how it ended. */
export function WhatGoesOn({ task, cacheKey }: { task: Task; cacheKey: string | null }) {
  const t = tasksTexts();
  const { error, warnings = [] } = task;
  return (
    <section class="stack">
      <h2>{t.what}</h2>
      <p>{wordsOf(task)}</p>
      {task.waiting && <GateWait waiting={task.waiting} />}
      {isBehind(task) && cacheKey !== null && <Before task={task} cacheKey={cacheKey} />}
      {error && (
        <div class="cause">
          <p class="detail">
            <strong>{error.title}</strong> {error.detail}
          </p>
          <StepsFor type={error.type} />
        </div>
      )}
      {warnings.length > 0 && (
        <>
          <h3>{t.warnings}</h3>
          <ul>
            {warnings.map((warning) => (
              <li key={warning} class="notice">
                {warning}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Whether it waits for another load: until that load has ended, it has no due time. */
function isBehind({ task_state: state, due }: Task): boolean {
  return state === 'PENDING' && due === null;
}

function wordsOf(task: Task): string {
  const t = tasksTexts();
  if (task.waiting !== undefined) return t.waitsForSource;
  switch (task.task_state) {
    case 'PENDING':
      return isBehind(task) ? t.waitsBehind : t.waitsForRoom;
    case 'RETRY':
      return t.waitsToRetry(task.attempt);
    case 'STARTED':
      return t.runs;
    case 'SUCCESS':
      return VERSION.exec(task.etag ?? '')?.[1] === String(task.version) ? t.succeeded : t.sameBody;
    case 'FAILURE':
      return t.failed;
    case 'REVOKED':
      return t.revoked;
  }
}

/** The load that it waits for. */
function Before({ task, cacheKey }: { task: Task; cacheKey: string }) {
  const values = { path: { key: cacheKey }, query: { limit: 10 } };
  const tasks = useQuery('/caches/{key}/tasks/', may('cache:inspect') ? values : null);
  const other = tasks.data.value?.find((one) => one.task_id !== task.task_id && !hasEnded(one));
  if (other === undefined) return null;
  return (
    <p>
      {tasksTexts().other} <TaskState state={other.task_state} /> <TaskLink id={other.task_id} />
    </p>
  );
}
