import type { Schema } from '../api/paths.ts';
import { addressOf } from '../shell/router.ts';
import { Link } from '../ui/link.tsx';

/** Leads to a task. */
export function TaskLink({ id }: { id: string }) {
  return (
    <Link to={addressOf(`/tasks/${id}`)}>
      <code class="id">{id}</code>
    </Link>
  );
}

/** How a task stands, in the word of the API and a colour. */
export function TaskState({ state }: { state: Schema<'Task'>['task_state'] }) {
  return <span class={`tag ${state}`}>{state}</span>;
}
