import { useEffect, useRef } from 'preact/hooks';
import type { Schema } from '../api/paths.ts';
import { may } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { RevokeButton } from '../tasks/revoke-button.tsx';
import { TaskLink, TaskState } from '../tasks/task-link.tsx';
import { cacheTexts } from '../texts/cache.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { duration, number } from '../texts/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { LoadError } from '../ui/problem.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { useTaskStates } from './use-task-states.ts';

type Task = Schema<'ExpandedTask'>;
const SHOWN = 20;

const runs = ({ ended }: Task) => ended === null;

/**
 * Tasks of a cache, newest first. The first that has not ended is followed, or asked for again where it cannot be.
 *
 * @param onChange called when one has ended
 */
export function Tasks({ cacheKey, onChange }: { cacheKey: string; onChange: () => void }) {
  const t = cacheTexts();
  const asked = { path: { key: cacheKey }, query: { limit: SHOWN } };
  const tasks = useQuery('/caches/{key}/tasks/', asked, (all) => !isFollowed.peek() && all.some(runs));
  const waiting = tasks.data.value?.filter(runs) ?? [];
  const isFollowed = useTaskStates(waiting.at(-1)?.task_id, (task) => {
    tasks.data.value = tasks.data.peek()?.map((one) => (one.task_id === task.task_id ? task : one));
    // What waited behind it begins now.
    if (!runs(task)) void tasks.load();
  });
  const running = waiting.length;
  const before = useRef(running);
  useEffect(() => {
    if (running < before.current) onChange();
    before.current = running;
  });
  return (
    <section>
      <h2>{t.tasks}</h2>
      <Loaded query={tasks}>
        {(all) => (
          <Table
            label={t.tasks}
            columns={columns()}
            rows={all}
            keyOf={({ task_id: id }) => id}
            sortName="tasks"
            empty={t.noTasks}
          />
        )}
      </Loaded>
    </section>
  );
}

function columns(): Column<Task>[] {
  const t = cacheTexts();
  const caches = cachesTexts();
  return [
    {
      name: 'state',
      label: caches.state,
      show: ({ task_state: state }) => <TaskState state={state} />,
    },
    { name: 'created', label: t.created, by: ({ created }) => created, show: ({ created }) => <Time at={created} /> },
    { name: 'took', label: t.took, numeric: true, by: tookMs, show: (task) => took(tookMs(task)) },
    { name: 'attempt', label: t.attempt, numeric: true, show: ({ attempt }) => number(attempt) },
    { name: 'outcome', label: t.outcome, show: (task) => <Outcome task={task} /> },
    { name: 'task', label: t.task, show: ({ task_id: id }) => <TaskLink id={id} /> },
    ...(may('cache:admin')
      ? [{ name: 'actions', label: caches.actions, show: (task: Task) => <RevokeButton task={task} /> }]
      : []),
  ];
}

function tookMs({ started, ended }: Task): number | null {
  return started === null || ended === null ? null : Date.parse(ended) - Date.parse(started);
}

function took(ms: number | null): string {
  return ms === null ? common().none : duration(ms);
}

function Outcome({ task: { error, version, rows, due } }: { task: Task }) {
  const t = cachesTexts();
  if (error !== undefined) return <LoadError error={error} />;
  if (version !== null) {
    const counted = rows === null ? '' : `, ${t.rows} ${number(rows)}`;
    return <span>{`${t.version} ${number(version)}${counted}`}</span>;
  }
  return due === null ? null : (
    <span>
      {cacheTexts().due} <Time at={due} far />
    </span>
  );
}
