/**
 * The hubs that are told when a cache changes (docs/live.md). They are told once D1 has the change, since devices then
 * read from D1. They are told again until each hub has answered, since a device that is told nothing asks for nothing.
 */

import type { WatchAnswer, WatchRequest } from '../../contract/live.ts';
import { growingGapMs } from '../backoff.ts';
import type { CacheDocument, Watcher } from './document.ts';
import type { Draft, StepContext } from './draft.ts';
import { enqueue } from './enqueue.ts';
import { FRESHEN_GAP_MS, POKE_FIRST_MS, POKE_GRACE_MS, POKE_MOST_MS, RESEND_FIRST_MS } from './timing.ts';

/** A hub and the number of the watch that it has set. */
export type HubWatch = Pick<Watcher, 'hub' | 'n'>;

/** A hub asks to be told from now on. The answer has the revision in D1; the hub will be told of later ones. */
export function watch(draft: Draft, { hub, n }: WatchRequest): WatchAnswer {
  const { watchers = [], stored, counters, loaded } = draft.document;
  const revision = Math.max(stored.revision, 0);
  const known = watchers.find((watcher) => watcher.hub === hub);
  // A request that arrives after a later one changes nothing.
  if (known === undefined || known.n < n) {
    const others = watchers.filter((watcher) => watcher !== known);
    draft.update({ watchers: [...others, { hub, n, told: Math.max(known?.told ?? 0, revision) }] });
    if (stored.revision < counters.revision) noteNews(draft);
  }
  if (draft.document.rests === true) draft.update({ rests: undefined });
  return { outcome: 'watched', version: loaded?.changed ?? 0, revision };
}

/** Notes that hubs must be told of the newest revision. */
export function noteNews(draft: Draft): void {
  const { watchers, counters } = draft.document;
  if (watchers === undefined) return;
  draft.update({ news: { revision: counters.revision, tries: 0, retryAt: null } });
}

/** D1 has a revision: tells the hubs, if they must be told of it. */
export function tellStored(draft: Draft, now: number): void {
  const { news, stored } = draft.document;
  if (news === undefined || stored.revision < news.revision) return;
  if (untold(draft.document).length === 0) {
    // The only watches left were set meanwhile, and their answers had this revision.
    draft.update({ news: undefined });
    return;
  }
  draft.update({ news: { ...news, retryAt: now + POKE_GRACE_MS } });
  draft.effects.poke = true;
}

/** For the alarm: tells the hubs again that have not answered. */
export function tellAgain(draft: Draft, now: number): void {
  const { news } = draft.document;
  if (news === undefined || news.retryAt === null || news.retryAt > now) return;
  tellStored(draft, now);
}

/** Hubs that must still be told. */
export function untold({ watchers = [], news }: CacheDocument): Watcher[] {
  return news === undefined ? [] : watchers.filter(({ told }) => told < news.revision);
}

/**
 * Hubs have answered. [M] A hub that no longer needs the cache is dropped only if its watch is the one that was asked
 * about: it may have set another one meanwhile.
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
 * When a watched cache must be loaded again, ms: no read would start the load, since devices that wait to be told do
 * not ask. Null: the cache is not watched, or hubs are only told of changes (`live: "told"`).
 */
export function freshenAt({ watchers, loaded, head, failure, askedAt = 0, rests }: CacheDocument): number | null {
  if (watchers === undefined || rests === true || head !== null || loaded?.refreshBy === undefined) return null;
  const earliest = Math.max(loaded.claimedAt, askedAt) + FRESHEN_GAP_MS;
  return Math.max(loaded.expiresAt, failure?.retryAt ?? 0, earliest);
}

/** For the alarm: a watched cache has expired, so its hubs are asked whether they still need it. This writes no row. */
export function askWatchers(draft: Draft, now: number): void {
  const at = freshenAt(draft.document);
  if (at !== null && at <= now) draft.effects.ask = true;
}

/**
 * When the alarm must go off for that, ms. If it is due, the hubs are being asked; if that is lost, they are asked again
 * when the first message of the load that follows would be repeated. So one alarm serves both.
 */
export function askAt(document: CacheDocument, now: number): number | null {
  const at = freshenAt(document);
  return at !== null && at <= now ? now + RESEND_FIRST_MS : at;
}

/**
 * A hub needs the cache: it is loaded, as for an anonymous read. The row is written anyway, so the hub moves to the
 * front: it is asked first the next time.
 */
export function freshen(draft: Draft, { hub }: { hub: number }, context: StepContext): undefined {
  const { loaded, cache, head, watchers = [] } = draft.document;
  if (loaded?.refreshBy === undefined || head !== null) return;
  const { refreshBy: policy, number, loadedAt: since } = loaded;
  const first = watchers.find((watcher) => watcher.hub === hub);
  if (first !== undefined && first !== watchers[0])
    draft.update({ watchers: [first, ...watchers.filter((watcher) => watcher !== first)] });
  enqueue(draft, { cache, number, policy, since, asker: null, heedRetryAt: true, waitMs: 0 }, context);
}

/**
 * None of these hubs needs the cache, so it rests: it is not loaded until somebody asks for it. But if a hub could not
 * be asked, or has set another watch meanwhile, all are asked again; and if somebody has asked for a load, nothing is
 * noted.
 */
export function rest(draft: Draft, { asked }: { asked: readonly HubWatch[] }, { now }: StepContext): undefined {
  const at = freshenAt(draft.document);
  if (at === null || at > now) return;
  const { watchers = [] } = draft.document;
  const areAsked = watchers.every(({ hub, n }) => asked.some((other) => other.hub === hub && other.n === n));
  draft.update(areAsked ? { rests: true } : { askedAt: now });
}
