/**
 * Data that screens read. An answer is kept by its URL while the page lives, so that going back shows it at once. It is
 * requested again, with its ETag, on going back, when the user returns to the tab, and regularly while something runs.
 */

import { batch, type Signal, signal } from '@preact/signals';
import { callUrl } from './call.ts';
import { ApiProblem } from './problem.ts';
import { hasExpired, now } from './session.ts';

/** Most answers that are kept without a screen that shows them. */
const MOST_KEPT = 50;

/** How often something that runs is requested, ms. */
let pollMs = 10_000;

/** One URL to read. */
export class Query<T> {
  /** Empty: nothing is requested. */
  readonly url: string;
  /** Undefined: no answer yet. It stays while a later request fails. */
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

  /** Whether a screen that shows it says that something in it runs. */
  get isRunning(): boolean {
    const data = this.data.peek();
    return data !== undefined && [...this.#watchers].some((runs) => runs(data));
  }

  /** Requests it now and regularly. @returns a function that stops this */
  watch(runs: (data: T) => boolean): () => void {
    this.#watchers.add(runs);
    void this.load();
    return () => this.#watchers.delete(runs);
  }

  /** Requests it once and updates the signals, also after a failure. An answer to an outdated request is dropped. */
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
        // The displayed clock moves in steps: something that has just happened must not appear to be in the future.
        now.value = Date.now();
        if (status === 304) return;
        this.etag = etag;
        this.data.value = data;
        this.next.value = next;
      });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // The session bar reports an expired token; the screen keeps its data.
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

/** Requests again everything that is shown: after a change, or with a new token. */
export function reloadAll(): void {
  for (const query of kept.values()) if (query.isWatched) void query.load();
}

/** Forgets everything, for the next user. */
export function forgetAnswers(): void {
  kept.clear();
}

/** Waits for the interval that the service sets between two requests for the same thing. */
export function untilNextPoll(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs));
}

/** Starts polling what runs, as often as the service allows (`poll_s`). Called once, when that is known. */
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
