import { call } from '../api/call.ts';
import { inPages } from '../api/in-pages.ts';
import { act } from '../api/results.ts';
import { useQuery } from '../api/use-query.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ProblemView } from '../ui/problem.tsx';
import { originHost } from './origin-host.ts';
import { useCount } from './use-count.ts';

/**
 * Before all caches of a resource are refreshed: says how many requests that makes, and to which origin. A dry purge
 * counts only caches with data; a refresh also reaches those that failed from the start or were purged.
 */
export function RefreshAllDialog({ title, onClose }: { title: string; onClose: () => void }) {
  const t = cachesTexts();
  const { count, isDone, problem } = useCount({ title, parameters: '' });
  const resource = useQuery('/resources/{title}/', { path: { title } });
  return (
    <Confirm
      title={t.refreshAllTitle(title)}
      label={t.refreshing(title)}
      isReady={isDone.value}
      onClose={onClose}
      onConfirm={(reason) => refreshAll(title, reason)}
    >
      {problem.value ? (
        <ProblemView problem={problem.value} />
      ) : (
        <p aria-live="polite" class="number-line">
          {isDone.value ? t.callsOfOrigin(count.value, originHost(resource.data.value?.origin)) : t.counting}
        </p>
      )}
    </Confirm>
  );
}

function refreshAll(title: string, reason: string): Promise<boolean> {
  const t = cachesTexts();
  const ask = (cursor: string | undefined) =>
    call('post', '/resources/{title}/refresh/', { path: { title }, query: { cursor } }, { reason });
  const count = ({ tasks }: { tasks: number }) => tasks;
  const pages = { ask, count, say: t.started, stopped: common().stopped };
  return act(t.refreshing(title), (progress) => inPages(pages, progress), { stoppable: true });
}
