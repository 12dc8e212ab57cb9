import { call } from '../api/call.ts';
import { act } from '../api/results.ts';
import { may } from '../api/session.ts';
import { BulkActions } from '../caches/bulk-actions.tsx';
import { useCount } from '../caches/use-count.ts';
import { discard, keyOf } from '../definitions/drafts.ts';
import { addressOf, go } from '../shell/router.ts';
import { cachesTexts } from '../texts/caches.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { Confirm } from '../ui/confirm.tsx';
import { DialogButton } from '../ui/dialog-button.tsx';
import { Link } from '../ui/link.tsx';
import { ProblemView } from '../ui/problem.tsx';
import { useBusy } from '../ui/use-busy.ts';
import { addressOfResource } from './resource-address.ts';
import { retryFailed } from './retry-failed.ts';

interface ResourceActionsProps {
  title: string;
  /** ETag with quotes: protects changes of other users from being deleted unseen. */
  etag: string | null;
}

/** Actions on a resource, for users who may. */
export function ResourceActions({ title, etag }: ResourceActionsProps) {
  const t = resourcesTexts();
  const [isBusy, during] = useBusy();
  if (!may('cache:admin')) return null;
  return (
    <>
      <Link class="button main" to={addressOfResource(title, '/edit')}>
        {t.edit}
      </Link>
      <Link class="button" to={addressOf(`/resources/${encodeURIComponent(title)}/edit`, { view: 'probe' })}>
        {t.probe}
      </Link>
      <button type="button" aria-disabled={isBusy} onClick={() => during(() => retryFailed(title))}>
        {t.retryFailed}
      </button>
      <BulkActions resource_title={title} parameters="" owner="" state={undefined} />
      <DialogButton
        name="resource.delete"
        label={t.delete}
        dialog={(close) => <DeleteDialog {...{ title, etag }} onClose={close} />}
      />
    </>
  );
}

function DeleteDialog({ title, etag, onClose }: ResourceActionsProps & { onClose: () => void }) {
  const t = resourcesTexts();
  const { count, isDone, problem } = useCount({ title, parameters: '' });
  const remove = async (reason: string) => {
    const isGone = await act(t.deleting(title), async () => {
      const options = { reason, ifMatch: etag ?? undefined };
      const { requestId } = await call('delete', '/resources/{title}/', { path: { title } }, options);
      discard(keyOf('resources', title));
      return { text: t.deleted, requestId };
    });
    if (isGone) go(addressOf('/resources'));
    return isGone;
  };
  return (
    <Confirm
      title={t.deleteTitle}
      label={t.deleting(title)}
      typed={title}
      demandsReason
      isReady={isDone.value}
      onClose={onClose}
      onConfirm={remove}
    >
      <p>
        <strong>{title}</strong>
      </p>
      {problem.value ? (
        <ProblemView problem={problem.value} />
      ) : (
        <p aria-live="polite">{isDone.value ? t.goWithIt(count.value) : cachesTexts().counting}</p>
      )}
      <p>{t.deleteText}</p>
    </Confirm>
  );
}
