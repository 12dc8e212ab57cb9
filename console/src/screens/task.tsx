import { cacheName } from '../caches/cache-name.ts';
import { addressOf, type ScreenValues } from '../shell/router.ts';
import { RevokeButton } from '../tasks/revoke-button.tsx';
import { TaskState } from '../tasks/task-link.tsx';
import { useCacheOf } from '../tasks/use-cache-of.ts';
import { type Task as TaskRecord, useTask } from '../tasks/use-task.ts';
import { WhatGoesOn } from '../tasks/what-goes-on.tsx';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { bytes, duration, number } from '../texts/format.ts';
import { tasksTexts } from '../texts/tasks.ts';
import { Facts } from '../ui/facts.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { Time } from '../ui/time.tsx';

/** One task, live until it ends: its state and the reason. */
export function Task({ taskId = '' }: ScreenValues) {
  const task = useTask(taskId);
  const current = task.data.value;
  return (
    <Screen title={tasksTexts().one} tools={current && <RevokeButton task={current} small={false} />}>
      <p>
        <code>{taskId}</code>
      </p>
      <Loaded query={task}>{(loaded) => <Shown task={loaded} />}</Loaded>
    </Screen>
  );
}

function Shown({ task }: { task: TaskRecord }) {
  const key = useCacheOf(task);
  return (
    <>
      <Record task={task} cacheKey={key} />
      <WhatGoesOn task={task} cacheKey={key} />
    </>
  );
}

function Record({ task, cacheKey }: { task: TaskRecord; cacheKey: string | null }) {
  const t = tasksTexts();
  const { resource_title: resource, parameters, started, ended } = task;
  const place =
    cacheKey === null
      ? addressOf('/caches', { resource, parameters: JSON.stringify(parameters) })
      : addressOf(`/caches/${cacheKey}`);
  const took = started === null || ended === null ? null : Date.parse(ended) - Date.parse(started);
  return (
    <Facts
      of={[
        [
          t.state,
          <span key="state" aria-live="polite">
            <TaskState state={task.task_state} />
          </span>,
        ],
        [
          t.cache,
          <Link key="cache" to={place}>
            {cacheName(task)}
          </Link>,
        ],
        [t.attempt, number(task.attempt)],
        [t.created, <Time key="created" at={task.created} />],
        [t.started, <Time key="started" at={started} />],
        task.due === null ? [t.ended, <Time key="ended" at={ended} />] : [t.due, <Time key="due" at={task.due} />],
        [t.took, took === null ? common().none : duration(took)],
        [t.result, resultOf(task)],
      ]}
    />
  );
}

function resultOf({ version, rows, bytes: size }: TaskRecord): string {
  const t = cachesTexts();
  if (version === null) return common().none;
  const parts = [`${t.version} ${number(version)}`];
  if (rows !== null) parts.push(`${t.rows} ${number(rows)}`);
  if (size !== null) parts.push(bytes(size));
  return parts.join(', ');
}
