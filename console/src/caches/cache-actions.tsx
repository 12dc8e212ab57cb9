import { call } from '../api/call.ts';
import { codeOf } from '../api/problem.ts';
import { act } from '../api/results.ts';
import { may } from '../api/session.ts';
import { isSignInNeeded } from '../api/sign-in-again.ts';
import { useDraft } from '../drafts/use-draft.ts';
import { cacheTexts } from '../texts/cache.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { Confirm } from '../ui/confirm.tsx';
import { RefreshButton } from './cache-columns.tsx';
import { type CacheRecord, cacheName } from './cache-name.ts';
import { refreshCache } from './refresh.ts';

/** Actions on one cache. */
export function CacheActions({ cache }: { cache: CacheRecord }) {
  const open = useDraft<'purge' | 'force' | null>('cache.dialog', null);
  if (!may('cache:admin')) return null;
  const close = () => {
    open.value = null;
  };
  const isGuarded = codeOf(cache.last_error?.type) === 'origin-guard';
  const button = (which: 'purge' | 'force', label: string) => (
    <button
      type="button"
      onClick={() => {
        if (!isSignInNeeded()) open.value = which;
      }}
    >
      {label}
    </button>
  );
  return (
    <>
      <RefreshButton cache={cache} main />
      {isGuarded && button('force', cacheTexts().force)}
      {button('purge', cachesTexts().purge)}
      {open.value === 'purge' && <PurgeOne cache={cache} onClose={close} />}
      {open.value === 'force' && <Force cache={cache} onClose={close} />}
    </>
  );
}

interface DialogOfCache {
  cache: CacheRecord;
  onClose: () => void;
}

function PurgeOne({ cache, onClose }: DialogOfCache) {
  const t = cachesTexts();
  const name = cacheName(cache);
  const purge = (reason: string) =>
    act(t.purgeOf(name), async () => {
      const { requestId } = await call('delete', '/caches/{key}/', { path: { key: cache.key } }, { reason });
      return { text: t.purgedOne, requestId };
    });
  return (
    <Confirm
      title={cacheTexts().purgeOne}
      label={t.purgeOf(cache.resource_title)}
      typed={cache.resource_title}
      onClose={onClose}
      onConfirm={purge}
    >
      <p>
        <strong>{name}</strong>
      </p>
      <p>{t.hard}</p>
    </Confirm>
  );
}

function Force({ cache, onClose }: DialogOfCache) {
  const t = cacheTexts();
  return (
    <Confirm
      title={t.forceTitle}
      label={t.forceTitle}
      typed={cache.resource_title}
      onClose={onClose}
      onConfirm={(reason) => refreshCache(cache, { force: true, reason })}
    >
      <p>
        <strong>{cacheName(cache)}</strong>
      </p>
      <p class="detail">{cache.last_error?.detail}</p>
      <p>{t.forceText(cache.rows === null ? common().none : number(cache.rows))}</p>
    </Confirm>
  );
}
