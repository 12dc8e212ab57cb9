import type { Query } from '../api/query.ts';
import { may } from '../api/session.ts';
import { GateWait } from '../tasks/gate-wait.tsx';
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
import type { Task } from './use-tasks.ts';

/** Tasks of a cache, newest first. */
export function Tasks({ of: tasks }: { of: Query<Task[]> }) {
  const t = cacheTexts();
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

/** The outcome of a task; while it waits, also when it begins or is retried. */
function Outcome({ task: { error, version, rows, due, waiting } }: { task: Task }) {
  const t = cachesTexts();
  if (version !== null) {
    const counted = rows === null ? '' : `, ${t.rows} ${number(rows)}`;
    return <span>{`${t.version} ${number(version)}${counted}`}</span>;
  }
  return (
    <>
      {error && <LoadError error={error} />}
      {waiting && <GateWait waiting={waiting} />}
      {due !== null && !waiting && (
        <p>
          {error ? cacheTexts().nextAttempt : cacheTexts().due} <Time at={due} far />
        </p>
      )}
    </>
  );
}
