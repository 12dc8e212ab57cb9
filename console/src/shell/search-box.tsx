import { shell } from '../texts/shell.ts';
import { addressOf, go, query } from './router.ts';

/** A UUID. */
export const TASK_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const CACHE_KEY = /^[\da-f]{64}$/i;

/** Where a text leads: a task id and the key of a cache say what they are, all else is looked up. */
export function placeOf(text: string): string {
  if (TASK_ID.test(text)) return addressOf(`/tasks/${text.toLowerCase()}`);
  if (CACHE_KEY.test(text)) return addressOf(`/caches/${text.toLowerCase()}`);
  return addressOf('/search', { q: text });
}

/** Takes whatever somebody who calls reads out: a device, a user, a resource, a task, a cache. */
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
