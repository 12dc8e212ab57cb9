import { call } from '../api/call.ts';
import { inPages } from '../api/in-pages.ts';
import { act } from '../api/results.ts';
import { may } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useQuery } from '../api/use-query.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { forgetTexts } from '../texts/devices.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ProblemView } from '../ui/problem.tsx';

/** Most devices in one answer, and most caches. */
const MOST_DEVICES = 200;
const MOST_CACHES = 1000;

/** Forgets a device, once the user has typed its name. @param records number of its caches */
export function ForgetDevice({ user, device, records }: { user: string; device: string; records: number }) {
  const t = forgetTexts();
  const isOpen = useDraft('forget.device', false);
  if (!may('cache:admin')) return null;
  const open = (value: boolean) => () => {
    if (!value || !isSignInNeeded()) isOpen.value = value;
  };
  return (
    <>
      <button type="button" onClick={open(true)}>
        {t.device}
      </button>
      {isOpen.value && (
        <Confirm
          title={t.deviceTitle}
          label={t.does(device)}
          typed={device}
          demandsReason
          onClose={open(false)}
          onConfirm={(reason) => forget({ user, device }, reason)}
        >
          <p>
            <strong>{t.deviceText(device, user)}</strong>
          </p>
          <p>{t.deviceRecords(records)}</p>
          <p>{t.deviceKeeps}</p>
        </Confirm>
      )}
    </>
  );
}

/** Forgets a user with all devices and private caches, once the name was typed. */
export function ForgetUser({ user }: { user: string }) {
  const isOpen = useDraft('forget.user', false);
  if (!may('cache:admin') || user === '*') return null;
  const open = (value: boolean) => () => {
    if (!value || !isSignInNeeded()) isOpen.value = value;
  };
  return (
    <>
      <button type="button" onClick={open(true)}>
        {forgetTexts().user}
      </button>
      {isOpen.value && <ForgetUserDialog user={user} onClose={open(false)} />}
    </>
  );
}

function ForgetUserDialog({ user, onClose }: { user: string; onClose: () => void }) {
  const t = forgetTexts();
  const devices = useQuery('/devices/', { query: { user, limit: MOST_DEVICES } });
  const caches = useQuery('/caches/', { query: { owner: user, limit: MOST_CACHES } });
  const problem = devices.problem.value ?? caches.problem.value;
  const counted = { devices: devices.data.value?.length, caches: caches.data.value?.length };
  const isCounted = counted.devices !== undefined && counted.caches !== undefined;
  const atLeast = (hasMore: boolean, text: string) => (hasMore ? t.atLeast(text) : text);
  return (
    <Confirm
      title={t.userTitle}
      label={t.does(user)}
      typed={user}
      demandsReason
      isReady={isCounted}
      onClose={onClose}
      onConfirm={(reason) => forget({ user }, reason)}
    >
      <p>
        <strong>
          <bdi>{user}</bdi>
        </strong>
      </p>
      {problem !== null && <ProblemView problem={problem} />}
      <div aria-live="polite">
        {counted.devices === undefined || counted.caches === undefined ? (
          problem === null && <p>{cachesTexts().counting}</p>
        ) : (
          <>
            <p>{t.userRecords(atLeast(devices.next.value !== null, t.devices(counted.devices)))}</p>
            <p>{t.userCaches(atLeast(caches.next.value !== null, t.caches(counted.caches)))}</p>
          </>
        )}
      </div>
      <p>{t.userKeeps}</p>
    </Confirm>
  );
}

/** Forgets page by page; then what is shown is read again. */
function forget(whom: { user: string; device?: string }, reason: string): Promise<boolean> {
  const t = forgetTexts();
  const pages = {
    ask: (cursor: string | undefined) => call('delete', '/syncs/', { query: { ...whom, cursor } }, { reason }),
    count: ({ forgotten }: { forgotten: number }) => forgotten,
    say: t.forgotten,
    stopped: common().stopped,
  };
  return act(t.of(whom.device ?? whom.user), (progress) => inPages(pages, progress), { stoppable: true });
}
