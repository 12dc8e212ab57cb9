import { shell } from '../texts/shell.ts';
import { addressOf, go, query } from './router.ts';

/** A UUID. */
export const TASK_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const CACHE_KEY = /^[\da-f]{64}$/i;

/** The address for a text. Task ids and cache keys are recognised; everything else goes to the search. */
export function placeOf(text: string): string {
  if (TASK_ID.test(text)) return addressOf(`/tasks/${text.toLowerCase()}`);
  if (CACHE_KEY.test(text)) return addressOf(`/caches/${text.toLowerCase()}`);
  return addressOf('/search', { q: text });
}

/** Takes anything that a caller reads out: a device, a user, a resource, a task, a cache. */
export function SearchBox() {
  const t = shell();
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('q')).trim();
    if (text !== '') go(placeOf(text));
  };
  const asked = query.value.get('q') ?? '';
  return (
    <search class="search">
      <form onSubmit={search}>
        <input
          key={asked}
          type="search"
          name="q"
          aria-label={t.search}
          placeholder={t.search}
          title={t.searchHint}
          defaultValue={asked}
          autoComplete="off"
          spellcheck={false}
        />
      </form>
    </search>
  );
}
