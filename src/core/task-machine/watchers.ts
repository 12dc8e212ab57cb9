/**
 * The hubs that are told when a cache changes (docs/live.md). What is new is told once D1 has it, since devices ask by D1 then; and it
 * is told until each hub has answered, since a device that is told of nothing asks for nothing.
 */

import type { WatchAnswer, WatchRequest } from '../../contract/live.ts';
import { growingGapMs } from '../backoff.ts';
import type { CacheDocument, Watcher } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { enqueue } from './enqueue.ts';
import { FRESHEN_GAP_MS, POKE_FIRST_MS, POKE_GRACE_MS, POKE_MOST_MS } from './timing.ts';

/** A hub by the watch that it has set. */
export type HubWatch = Pick<Watcher, 'hub' | 'n'>;

/** A hub wants to be told from now on. The answer tells what D1 has; what it does not have yet will be told. */
export function watch(draft: Draft, { hub, n }: WatchRequest): WatchAnswer {
  const { watchers = [], stored, counters, loaded } = draft.document;
  const revision = Math.max(stored.revision, 0);
  const known = watchers.find((watcher) => watcher.hub === hub);
  // A request that was overtaken by a later one changes nothing.
  if (known === undefined || known.n < n) {
    const others = watchers.filter((watcher) => watcher !== known);
    draft.update({ watchers: [...others, { hub, n, told: Math.max(known?.told ?? 0, revision) }] });
    if (stored.revision < counters.revision) noteNews(draft);
  }
  return { outcome: 'watched', version: loaded?.changed ?? 0, revision };
}

/** What the newest revision brings is to be told. */
export function noteNews(draft: Draft): void {
  const { watchers, counters } = draft.document;
  if (watchers === undefined) return;
  draft.update({ news: { revision: counters.revision, tries: 0, retryAt: null } });
}

/** D1 has a revision: what was to be told of it is told now. */
export function tellStored(draft: Draft, now: number): void {
  const { news, stored } = draft.document;
  if (news === undefined || stored.revision < news.revision) return;
  if (untold(draft.document).length === 0) {
    // A watch that was set meanwhile has been answered with it.
    draft.update({ news: undefined });
    return;
  }
  draft.update({ news: { ...news, retryAt: now + POKE_GRACE_MS } });
  draft.effects.poke = true;
}

/** The alarm: tells those again that have not answered. */
export function tellAgain(draft: Draft, now: number): void {
  const { news } = draft.document;
  if (news === undefined || news.retryAt === null || news.retryAt > now) return;
  tellStored(draft, now);
}

/** Hubs that have yet to be told. */
export function untold({ watchers = [], news }: CacheDocument): Watcher[] {
  return news === undefined ? [] : watchers.filter(({ told }) => told < news.revision);
}

/**
 * Hubs have answered. [M] One that has nobody left to tell is dropped only if its watch is still the one that it was asked by: it may
 * have set another one meanwhile.
 */
export function poked(
  draft: Draft,
  { revision, told, left }: { revision: number; told: readonly HubWatch[]; left: readonly HubWatch[] },
  { now }: StepContext,
): undefined {
  const { document } = draft;
  const watchers = (document.watchers ?? [])
    .filter((watcher) => !left.some(({ hub, n }) => hub === watcher.hub && n === watcher.n))
    .map((watcher) =>
      told.some(({ hub }) => hub === watcher.hub) ? { ...watcher, told: Math.max(watcher.told, revision) } : watcher,
    );
  draft.update({ watchers: watchers.length === 0 ? undefined : watchers });
  const { news } = draft.document;
  if (news === undefined) return;
  if (untold(draft.document).length === 0) {
    draft.update({ news: undefined });
    return;
  }
  if (news.retryAt === null) return;
  const retryAt = now + growingGapMs(news.tries, POKE_FIRST_MS, POKE_MOST_MS);
  draft.update({ news: { ...news, tries: news.tries + 1, retryAt } });
}

/**
 * When a watched cache is to be loaded again, ms: nobody reads it, since whoever is told asks for nothing until then. Null: it is not
 * watched, or only told of (`live: "told"`).
 */
export function freshenAt({ watchers, loaded, head, failure, askedAt = 0 }: CacheDocument): number | null {
  if (watchers === undefined || head !== null || loaded?.refreshBy === undefined) return null;
  const earliest = Math.max(loaded.claimedAt, askedAt) + FRESHEN_GAP_MS;
  return Math.max(loaded.expiresAt, failure?.retryAt ?? 0, earliest);
}

/** The alarm: a watched cache has expired, and its hubs are asked whether somebody is still there. */
export function askWatchers(draft: Draft, now: number): void {
  const at = freshenAt(draft.document);
  if (at === null || at > now) return;
  draft.update({ askedAt: now });
  draft.effects.ask = true;
}

/** Somebody is there: the cache is loaded, as for a read of nobody's. */
export function freshen(draft: Draft, _: object, context: StepContext): undefined {
  const { loaded, cache, head } = draft.document;
  if (loaded?.refreshBy === undefined || head !== null) return;
  const { refreshBy: policy, number, loadedAt: since } = loaded;
  enqueue(draft, { cache, number, policy, since, asker: null, heedRetryAt: true, waitMs: 0 }, context);
}
