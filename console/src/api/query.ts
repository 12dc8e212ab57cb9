/**
 * What a screen reads. It is kept by its URL while the page lives, so that going back shows it at once; then, when somebody
 * comes back to the tab, and while something runs, it is asked for again, with its ETag.
 */

import { batch, type Signal, signal } from '@preact/signals';
import { callUrl } from './call.ts';
import { ApiProblem } from './problem.ts';
import { hasExpired, now } from './session.ts';

/** How many answers are kept that nobody looks at. */
const MOST_KEPT = 50;

/** How often what runs is asked for, ms. */
let pollMs = 10_000;

/** One thing to read. */
export class Query<T> {
  /** Empty: nothing is asked for. */
  readonly url: string;
  /** Undefined: nothing came yet. Stays while a later request fails. */
  readonly data: Signal<T | undefined> = signal(undefined);
  readonly problem: Signal<ApiProblem | null> = signal(null);
  readonly isLoading = signal(false);
  /** Path of the next page; null: this is the last one. */
  readonly next: Signal<string | null> = signal(null);
  /** ETag with quotes, for `If-Match`. */
  etag: string | null = null;
  #watchers = new Set<(data: T) => boolean>();
  #asked = 0;

  constructor(url: string) {
    this.url = url;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Whether a screen that looks at it says that something runs in it. */
  get isRunning(): boolean {
    const data = this.data.peek();
    return data !== undefined && [...this.#watchers].some((runs) => runs(data));
  }

  /** Asks now, and again when it is time, until the function that it gives is called. */
  watch(runs: (data: T) => boolean): () => void {
    this.#watchers.add(runs);
    void this.load();
    return () => this.#watchers.delete(runs);
  }

  /** Asks once; what comes stands in the signals, a failure too. An answer that a later one has overtaken is dropped. */
  async load(): Promise<void> {
    if (this.url === '' || hasExpired.peek()) return;
    const asked = ++this.#asked;
    this.isLoading.value = true;
    try {
      const ifNoneMatch = this.data.peek() === undefined ? undefined : (this.etag ?? undefined);
      const { data, status, etag, next } = await callUrl<T>('get', this.url, { ifNoneMatch });
      if (asked !== this.#asked) return;
      batch(() => {
        this.problem.value = null;
        // What has just happened is not to lie ahead of a clock that goes on in steps.
        now.value = Date.now();
        if (status === 304) return;
        this.etag = etag;
        this.data.value = data;
        this.next.value = next;
      });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // The bar tells of a token that is over; what is shown stays.
      if (asked === this.#asked && error.status !== 401) this.problem.value = error;
    } finally {
      if (asked === this.#asked) this.isLoading.value = false;
    }
  }
}

const kept = new Map<string, Query<unknown>>();

/** The query of a URL, relative to the API. */
export function queryOf<T>(url: string): Query<T> {
  const query = kept.get(url) ?? new Query<unknown>(url);
  kept.delete(url);
  kept.set(url, query);
  for (const [old, { isWatched }] of kept) {
    if (kept.size <= MOST_KEPT) break;
    if (!isWatched) kept.delete(old);
  }
  return query as Query<T>;
}

/** Asks again for what is looked at: after a change, or with a new token. */
export function reloadAll(): void {
  for (const query of kept.values()) if (query.isWatched) void query.load();
}

/** Forgets all, for the next person. */
export function forgetAnswers(): void {
  kept.clear();
}

/** Waits as long as the service wants it between two questions for the same. */
export function untilNextPoll(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs));
}

/** Begins to ask for what runs, as often as the service allows (`poll_s`). Called once, when that is known. */
export function pollEvery(ms: number): void {
  pollMs = ms;
  setInterval(() => {
    if (document.hidden) return;
    for (const query of kept.values()) if (query.isWatched && query.isRunning) void query.load();
  }, ms);
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) reloadAll();
});
