import type { Schema } from '../api/paths.ts';
import { addressOf } from '../shell/router.ts';
import { Link } from '../ui/link.tsx';

/** A link to a task. */
export function TaskLink({ id }: { id: string }) {
  return (
    <Link to={addressOf(`/tasks/${id}`)}>
      <code class="id">{id}</code>
    </Link>
  );
}

/** The state of a task, in the API's word and a colour. */
export function TaskState({ state }: { state: Schema<'Task'>['task_state'] }) {
  return <span class={`tag ${state}`}>{state}</span>;
}
