import { call } from '../api/call.ts';
import type { Schema } from '../api/paths.ts';
import { act } from '../api/results.ts';
import { may } from '../api/session.ts';
import { cacheTexts } from '../texts/cache.ts';
import { useBusy } from '../ui/use-busy.ts';

interface RevokeButtonProps {
  task: Pick<Schema<'Task'>, 'task_id' | 'task_state'>;
  small?: boolean;
}

/** Revokes a task that waits; a task that runs cannot be revoked. */
export function RevokeButton({ task: { task_id: id, task_state: state }, small = true }: RevokeButtonProps) {
  const t = cacheTexts();
  const [isBusy, during] = useBusy();
  if (!may('cache:admin') || (state !== 'PENDING' && state !== 'RETRY')) return null;
  const revoke = () =>
    act(t.revoking(id), async () => {
      const { requestId } = await call('post', '/cache/revoke/', { body: { task_id: id } });
      return { text: t.revoked, requestId };
    });
  return (
    <button type="button" class={small ? 'small' : undefined} aria-disabled={isBusy} onClick={() => during(revoke)}>
      {t.openTask}
    </button>
  );
}
