import { may, now } from '../api/session.ts';
import { addressOf } from '../shell/router.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { Link } from '../ui/link.tsx';
import { useBusy } from '../ui/use-busy.ts';
import { type CacheRecord, cacheName, parametersText, stateOf } from './cache-name.ts';
import { refreshCache } from './refresh.ts';

/** A link to a cache, named by its resource and parameters. */
export function CacheLink({ cache }: { cache: CacheRecord }) {
  const parameters = parametersText(cache.parameters);
  return (
    <Link to={addressOf(`/caches/${cache.key}`)}>
      {cache.resource_title} {parameters !== '' && <code class="parameters">{parameters}</code>}
    </Link>
  );
}

/** The state of a cache, as a word and a colour. */
export function StateTag({ cache }: { cache: CacheRecord }) {
  const state = stateOf(cache, now.value);
  return <span class={`tag ${state}`}>{cachesTexts()[state]}</span>;
}

/** Refreshes a cache; shown only to users who may. */
export function RefreshButton({ cache, main = false }: { cache: CacheRecord; main?: boolean }) {
  const [isBusy, during] = useBusy();
  if (!may('cache:admin')) return null;
  return (
    <button
      type="button"
      class={main ? 'main' : 'small'}
      // `disabled` would take the focus away from the button.
      aria-disabled={isBusy}
      aria-label={`${common().refresh} ${cacheName(cache)}`}
      onClick={() => during(() => refreshCache(cache))}
    >
      {common().refresh}
    </button>
  );
}
