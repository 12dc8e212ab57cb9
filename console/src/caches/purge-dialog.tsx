import { call } from '../api/call.ts';
import { inPages } from '../api/in-pages.ts';
import { act } from '../api/results.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ProblemView } from '../ui/problem.tsx';
import { type Target, useCount } from './use-count.ts';

interface PurgeDialogProps extends Target {
  onClose: () => void;
}

/** Shows how many caches a purge reaches, and offers soft first, because it takes no data away from anybody. */
export function PurgeDialog({ title, parameters, onClose }: PurgeDialogProps) {
  const t = cachesTexts();
  const isSoft = useDraft('purge.soft', true);
  const { count, isDone, problem } = useCount({ title, parameters });
  return (
    <Confirm
      title={t.purgeTitle}
      label={t.purgeOf(title)}
      isReady={isDone.value && count.value > 0}
      {...(!isSoft.value && { typed: title })}
      onClose={onClose}
      onConfirm={(reason) => purge({ title, parameters }, { isSoft: isSoft.value, reason })}
    >
      <p>
        <strong>{title}</strong> {parameters !== '' && <code>{parameters}</code>}
      </p>
      {problem.value ? (
        <ProblemView problem={problem.value} />
      ) : (
        <p aria-live="polite" class="number-line">
          {isDone.value ? t.wouldPurge(count.value) : t.counting}
        </p>
      )}
      <fieldset>
        <legend>{t.purgeHow}</legend>
        {[true, false].map((soft) => (
          <label key={String(soft)} class="option">
            <input
              type="radio"
              name="how"
              checked={isSoft.value === soft}
              onChange={() => {
                isSoft.value = soft;
              }}
            />
            {soft ? t.soft : t.hard}
          </label>
        ))}
      </fieldset>
    </Confirm>
  );
}

function purge(
  { title, parameters }: Target,
  { isSoft, reason }: { isSoft: boolean; reason: string },
): Promise<boolean> {
  const t = cachesTexts();
  const query = { resource_title: title, parameters, soft: isSoft || undefined };
  const pages = {
    ask: (cursor: string | undefined) => call('delete', '/caches/', { query: { ...query, cursor } }, { reason }),
    count: ({ purged }: { purged: number }) => purged,
    say: t.purged,
    stopped: common().stopped,
  };
  const name = [title, parameters].filter(Boolean).join(' ');
  return act(t.purgeOf(name), (progress) => inPages(pages, progress), { stoppable: true });
}
