/** The address of the console: its path below `/console`, and the query with filters, order and page. */

import { computed, signal } from '@preact/signals';

const BASE = '/console';

/** Properties of a screen: the values in its path. */
export interface ScreenValues {
  [name: string]: string;
}

const href = signal(location.href);
addEventListener('popstate', () => {
  href.value = location.href;
});

/** Path below `/console`, without a slash at the end; empty for the first screen. */
export const path = computed(() => new URL(href.value).pathname.slice(BASE.length).replace(/\/+$/, ''));
/** The query of the address. */
export const query = computed(() => new URL(href.value).searchParams);

/** Address of a screen. @param to path below `/console`, such as `/caches`; empty values are left out of the query */
export function addressOf(to: string, values: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) search.set(name, value);
  const text = search.toString();
  return `${BASE}${to}${text === '' ? '' : `?${text}`}`;
}

/** Goes to an address of the console. */
export function go(address: string): void {
  history.pushState(null, '', address);
  href.value = location.href;
  scrollTo(0, 0);
}

/** Goes to an address of the console and replaces the current one in the history. */
export function replace(address: string): void {
  history.replaceState(null, '', address);
  href.value = location.href;
}

/**
 * Sets members of the query; empty ones are removed. Going back undoes the change, except while the user is typing.
 */
export function setQuery(values: Readonly<Record<string, string | undefined>>, { typing = false } = {}): void {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const address = addressOf(path.value, Object.fromEntries(next));
  if (typing) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  href.value = location.href;
}

/** Removes the fragment, which may contain a secret, from the address and the history. */
export function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (fragment !== '') {
    replace(location.pathname + location.search);
  }
  return fragment;
}

/** Matches a path against a pattern such as `/caches/:key`. @returns the values by name; null: no match */
export function match(pattern: string, actual: string): Record<string, string> | null {
  const [wanted, given] = [pattern.split('/'), actual.split('/')];
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
      continue;
    }
    try {
      values[part.slice(1)] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return values;
}
