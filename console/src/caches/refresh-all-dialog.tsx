import { call } from '../api/call.ts';
import { act } from '../api/results.ts';
import { useQuery } from '../api/use-query.ts';
import { cachesTexts } from '../texts/caches.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ProblemView } from '../ui/problem.tsx';
import { useCount } from './use-count.ts';

/** Says how often the origin is going to be asked, and which it is, before all caches of a resource are refreshed. */
export function RefreshAllDialog({ title, onClose }: { title: string; onClose: () => void }) {
  const t = cachesTexts();
  const { count, isDone, problem } = useCount({ title, parameters: '' });
  const resource = useQuery('/resources/{title}/', { path: { title } });
  return (
    <Confirm
      title={t.refreshAllTitle(title)}
      label={t.refreshing(title)}
      isReady={isDone.value && count.value > 0}
      onClose={onClose}
      onConfirm={(reason) => void refreshAll(title, reason)}
    >
      {problem.value ? (
        <ProblemView problem={problem.value} />
      ) : (
        <p aria-live="polite" class="number-line">
          {isDone.value ? t.callsOfOrigin(count.value, hostOf(resource.data.value?.origin.url)) : t.counting}
        </p>
      )}
    </Confirm>
  );
}

/** The host of a template is literal (CONTRACT 4). */
function hostOf(url: string | undefined): string {
  return /^[a-z]+:\/\/([^/{?#]+)/i.exec(url ?? '')?.[1] ?? '';
}

function refreshAll(title: string, reason: string): Promise<boolean> {
  const t = cachesTexts();
  return act(
    t.refreshing(title),
    async ({ tell, signal }) => {
      let tasks = 0;
      let cursor: string | undefined;
      do {
        const values = { path: { title }, query: { cursor } };
        const { data, requestId } = await call('post', '/resources/{title}/refresh/', values, { reason });
        tasks += data.tasks;
        cursor = data.next ?? undefined;
        if (cursor === undefined) return { text: t.started(tasks), requestId };
        tell(t.started(tasks));
      } while (!signal.aborted);
      return { text: `${t.stopped} ${t.started(tasks)}` };
    },
    { stoppable: true },
  );
}
