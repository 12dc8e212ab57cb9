/** Tasks that wait for the limits of the source that they ask (CONTRACT 2 "States"). */

import type { Schema } from '../api/paths.ts';
import { may } from '../api/session.ts';
import { addressOfSource } from '../sources/source-address.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { tasksTexts } from '../texts/tasks.ts';
import { Link } from '../ui/link.tsx';
import { Time } from '../ui/time.tsx';

type Task = Schema<'ExpandedTask'>;

/**
 * Whether the task is due and has not begun. The limits of its source may be the reason. Streams of states do not say
 * so (CONTRACT 2), so such a task is polled as well.
 */
export function isDue({ task_state: state, due }: Task): boolean {
  return (state === 'PENDING' || state === 'RETRY') && due !== null && Date.parse(due) <= Date.now();
}

/** The next state of a task from its stream, with what was known of its wait if it still waits. */
export function withWait(next: Task, before: Task | undefined): Task {
  if (before?.waiting === undefined || before.task_state !== next.task_state) return next;
  return { ...next, waiting: before.waiting };
}

/** The source that a task waits for, and until when. */
export function GateWait({ waiting: { source, until } }: { waiting: NonNullable<Task['waiting']> }) {
  const t = tasksTexts();
  return (
    <p>
      {sourcesTexts().name}{' '}
      {may('cache:inspect') ? <Link to={addressOfSource(source)}>{source}</Link> : <strong>{source}</strong>}{' '}
      {until === null ? (
        t.untilLoadEnds
      ) : (
        <>
          {t.untilAtLatest} <Time at={until} />
        </>
      )}
    </p>
  );
}
