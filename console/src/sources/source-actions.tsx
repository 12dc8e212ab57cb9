import { call } from '../api/call.ts';
import { act } from '../api/results.ts';
import { may } from '../api/session.ts';
import { discard, keyOf } from '../definitions/drafts.ts';
import { addressOf, go } from '../shell/router.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Confirm } from '../ui/confirm.tsx';
import { DialogButton } from '../ui/dialog-button.tsx';
import { Link } from '../ui/link.tsx';
import { ProblemView } from '../ui/problem.tsx';
import { addressOfSource } from './source-address.ts';
import { useResourcesOf } from './use-resources-of.ts';

interface SourceActionsProps {
  name: string;
  /** ETag with quotes: protects changes of other users from being deleted unseen. */
  etag: string | null;
}

/** Actions on a source, for users who may. */
export function SourceActions({ name, etag }: SourceActionsProps) {
  const t = resourcesTexts();
  if (!may('cache:admin')) return null;
  return (
    <>
      <Link class="button main" to={addressOfSource(name, '/edit')}>
        {t.edit}
      </Link>
      <DialogButton
        name="source.delete"
        label={t.delete}
        dialog={(close) => <DeleteDialog {...{ name, etag }} onClose={close} />}
      />
    </>
  );
}

function DeleteDialog({ name, etag, onClose }: SourceActionsProps & { onClose: () => void }) {
  const t = sourcesTexts();
  const { deleting, deleted } = resourcesTexts();
  const { count, isDone, problem } = useResourcesOf(name);
  const remove = async (reason: string) => {
    const isGone = await act(deleting(name), async () => {
      const options = { reason, ifMatch: etag ?? undefined };
      const { requestId } = await call('delete', '/sources/{name}/', { path: { name } }, options);
      discard(keyOf('sources', name));
      return { text: deleted, requestId };
    });
    if (isGone) go(addressOf('/sources'));
    return isGone;
  };
  return (
    <Confirm
      title={t.deleteTitle}
      label={deleting(name)}
      typed={name}
      demandsReason
      isReady={isDone.value && count.value === 0}
      onClose={onClose}
      onConfirm={remove}
    >
      <p>
        <strong>{name}</strong>
      </p>
      {problem.value ? (
        <ProblemView problem={problem.value} />
      ) : (
        <p aria-live="polite">{isDone.value ? t.isNamed(count.value) : t.counting}</p>
      )}
    </Confirm>
  );
}
