/** What happens to a cache: the table of phases and events. If a pair is missing, it does not compile. */

import { FreshetError } from '../error.ts';
import { askBy } from './ask.ts';
import type { CacheState, Phase } from './cache-state.ts';
import { change, changeWanted, type Draft } from './draft.ts';
import type { CacheEventName, CacheEvents } from './events.ts';
import { again, askFirst, done, fail, judge, wrong } from './judge.ts';
import { backoff } from './pace.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './times.ts';

type Rule<N extends CacheEventName> = (d: Draft, cache: CacheState, event: CacheEvents[N]) => void;
type Rules = { readonly [P in Phase]: { readonly [N in CacheEventName]: Rule<N> } };

/** Conflicts of one commit after which another tab should lead, and store failures after which a cache waits. */
const MOST_CONFLICTS = 3;
const MOST_STORE_FAILS = 3;

const ignore = (): void => {};

/** The store was read: for the first time, after a hint, or because a commit met a conflict. */
const readNow: Rule<'read'> = (d, cache, { meta }) => {
  const { item } = cache;
  const isFirst = !cache.isRead;
  learn(d, cache, { meta });
  const known = { ...cache, ...d.caches.get(cache.id) };
  if (item === null) {
    change(d, cache.id, { phase: 'resting' });
    if (isFirst) askFirst(d, known);
    // Another tab has dropped it, and that tab may not be the one that asks.
    else if (meta === null && cache.meta !== null && cache.isUsed) askBy(d, known, d.now);
    return;
  }
  // Another tab has stored the same version, or a later one.
  const isOvertaken = meta !== null && meta.etag !== cache.askedEtag && meta.version >= (item.version ?? 0);
  if (isOvertaken || meta?.etag === item.etag) done(d, known);
  else judge(d, known, item);
};

const learn: Rule<'read'> = (d, cache, { meta }) => {
  change(d, cache.id, {
    meta,
    isRead: true,
    tag: meta?.tag ?? cache.tag,
    revision: meta === null ? 0 : Math.max(cache.revision, meta.revision),
  });
};

/** Keeps an answer that arrives before the token is known to be this user's, until it is known. */
const take: Rule<'item'> = (d, cache, { item }) => {
  const { status, taskId } = item;
  const known = { ...cache, isOpen: status === 200 || status === 304 || (status === 202 && taskId !== null) };
  change(d, cache.id, known);
  if (d.auth.isVerified) return judge(d, known, item);
  // The service's `retry_after` applies in any case.
  const floorAt = Math.max(cache.floorAt, d.now + (item.retryAfterS ?? 0) * SECOND_MS);
  change(d, cache.id, { floorAt, item });
};

const takeBody: Rule<'fetched'> = (d, cache, { item }) => judge(d, cache, item);

const stored: Rule<'stored'> = (d, cache, { meta }) => {
  // A rewritten copy is not an answer: what has to be asked, and when, stays the same.
  if (cache.item === null) change(d, cache.id, { phase: 'resting', meta });
  else storedAnswer(d, cache, { meta });
  if (cache.isRead) return;
  change(d, cache.id, { phase: 'reading' });
  d.commands.push({ do: 'read', cache: cache.id });
};

const storedAnswer: Rule<'stored'> = (d, cache, { meta }) => {
  const isReset = cache.meta !== null && meta.version < cache.meta.version;
  if (isReset) {
    changeWanted(d, meta.tag, null);
    d.commands.push({ do: 'tell', event: { name: 'reset', cache: cache.id } });
  }
  change(d, cache.id, { meta, tag: meta.tag });
  const revision = isReset ? meta.revision : cache.revision;
  done(d, { ...cache, revision, item: isReset ? null : cache.item });
};

/** Only the store knows whether the drop came before or after the commit. */
const forgetAfter: Rule<'dropped'> = (d, cache) => change(d, cache.id, { meta: null, revision: 0, isRead: false });

const conflict: Rule<'conflict'> = (d, cache) => {
  const isCompacting = cache.item === null;
  if (isCompacting) change(d, cache.id, { compactAt: d.now + MINUTE_MS });
  const conflicts = isCompacting ? 0 : cache.conflicts + 1;
  if (conflicts < MOST_CONFLICTS) {
    change(d, cache.id, { phase: 'reading', conflicts });
    d.commands.push({ do: 'read', cache: cache.id });
    return;
  }
  again(d, { ...cache, fails: cache.fails + 1 });
  change(d, cache.id, { conflicts: 0 });
  d.commands.push({ do: 'yield' });
};

/** Puts the answer into memory if the store has no room for it. A copy that could not be rewritten stays as it was. */
const unstored: Rule<'unstored'> = (d, cache, { isFull }) => {
  if (cache.item === null) return change(d, cache.id, { phase: 'resting', isRead: true, compactAt: d.now + HOUR_MS });
  const fails = cache.fails + 1;
  if (isFull) d.commands.push({ do: 'toMemory' });
  change(d, cache.id, { fails });
  if (fails > MOST_STORE_FAILS) {
    change(d, cache.id, { isRead: true });
    fail(d, { ...cache, fails }, new FreshetError('storage', 'the answer could not be stored', { retryable: true }));
  } else d.commands.push({ do: cache.item.status === 304 ? 'note' : 'apply', cache: cache.id, item: cache.item });
};

const reread: Rule<'hint'> = (d, cache, { rev }) => {
  // A store that is not open yet is read once it opens: reading it now would look as if nothing were held.
  if (!d.isStarted || cache.meta?.rev === rev) return;
  if (cache.phase === 'resting') change(d, cache.id, { phase: 'reading' });
  d.commands.push({ do: 'read', cache: cache.id });
};

const forget: Rule<'dropped'> = (d, cache) => {
  change(d, cache.id, { meta: null, revision: 0, isRead: true });
  if (cache.isUsed) askBy(d, cache, cache.phase === 'resting' ? d.now : backoff(d, 1));
};

/** Whatever the outcome of the commit: a copy that was stored after the other copies were dropped is dropped, too. */
const discard = (d: Draft, { id }: CacheState): void => {
  change(d, id, { phase: 'resting', item: null, askAt: d.now });
  d.commands.push({ do: 'drop', cache: id });
};

const QUIET = {
  item: ignore,
  fetched: ignore,
  stored: ignore,
  conflict: ignore,
  wrong: ignore,
  unstored: ignore,
};
const HEARD = { read: learn, hint: reread, dropped: forget };

export const CACHE_RULES: Rules = {
  reading: { ...QUIET, read: readNow, hint: reread, dropped: forget },
  resting: { ...QUIET, ...HEARD },
  denied: { ...QUIET, ...HEARD },
  asked: { ...QUIET, ...HEARD, hint: ignore, item: take },
  queued: { ...QUIET, ...HEARD, hint: ignore },
  fetching: { ...QUIET, ...HEARD, hint: ignore, fetched: takeBody },
  discarding: {
    ...QUIET,
    ...HEARD,
    hint: ignore,
    stored: discard,
    conflict: discard,
    wrong: discard,
    unstored: discard,
  },
  storing: { ...QUIET, ...HEARD, hint: ignore, dropped: forgetAfter, stored, conflict, wrong, unstored },
};
