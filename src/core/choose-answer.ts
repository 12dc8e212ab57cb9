/**
 * Chooses the answer to a read of a loaded cache (CONTRACT 3): not modified, a delta, or the whole body. It uses only
 * the entry and the request, and reads nothing. `/rpc/` and `/sync/` share these rules.
 */

import { Problem } from '../contract/problem.ts';
import type { Entry, Loaded } from '../ports/entry.ts';
import { type ChosenDelta, chooseDelta } from './choose-delta.ts';
import { type Conditions, evaluateConditions, type Verdict } from './conditions.ts';
import { etagOf } from './etag.ts';
import { httpDate } from './http-date.ts';
import { deltaRange } from './named-version.ts';
import type { DeltaRequest } from './x-delta.ts';

/** What the reader has and requests, as header texts. */
export interface AskedAnswer extends Omit<Conditions, 'method'> {
  /** Null: the reader wants the whole body. */
  delta: DeltaRequest | null;
}

/** A loaded version and its entry. */
export interface LoadedEntry {
  entry: Entry;
  loaded: Loaded;
}

/** The version that the reader has after the answer. */
export interface GivenVersion {
  version: number;
  /** The last version up to it that changed the body: the number in the ETag. */
  changed: number;
  /** `Cache-Hash-Value`; null for a body that is not a table. */
  hash: string | null;
  /** When this version changed the body, ms; null: no longer known. */
  changedAt: number | null;
}

/** The chosen answer; no body has been read yet. */
export type ChosenAnswer =
  | { kind: 'not-modified'; given: GivenVersion }
  | { kind: 'delta'; given: GivenVersion; delta: ChosenDelta }
  | { kind: 'whole'; given: GivenVersion };

/** @throws Problem `precondition-failed` */
export function chooseAnswer(found: LoadedEntry, asked: AskedAnswer): ChosenAnswer {
  if (asked.delta?.kind === 'between') return chooseBetween(found, asked);
  const whole = chooseWhole(found, asked);
  // Most readers have the last version. Only the others need a delta to it.
  const delta = whole.kind === 'not-modified' ? null : deltaFor(found, asked);
  return delta === null ? whole : { kind: 'delta', given: givenBy(delta, found.loaded), delta };
}

/** The answer to a request that names versions. Its conditions are about the version at the end of the delta. */
function chooseBetween(found: LoadedEntry, asked: AskedAnswer): ChosenAnswer {
  const delta = deltaFor(found, asked);
  if (delta === null) return chooseWhole(found, asked);
  const given = givenBy(delta, found.loaded);
  const isKnown = verdictOn(found.entry, given, asked) === 'not-modified';
  return isKnown ? { kind: 'not-modified', given } : { kind: 'delta', given, delta };
}

/** The answer when a delta turns out to be unavailable. @throws Problem `precondition-failed` */
export function chooseWhole(
  { entry, loaded }: LoadedEntry,
  asked: AskedAnswer,
): Exclude<ChosenAnswer, { kind: 'delta' }> {
  const isKnown = verdictOn(entry, loaded, asked) === 'not-modified';
  return { kind: isKnown ? 'not-modified' : 'whole', given: loaded };
}

/** Null: the answer is the full body, because no delta was requested, the body is not a table, or there is no such delta. */
export function deltaFor({ entry, loaded }: LoadedEntry, asked: AskedAnswer): ChosenDelta | null {
  if (loaded.hash === null) return null;
  const { delta, ifNoneMatch, ifMatch } = asked;
  const range = deltaRange({ delta, ifNoneMatch, ifMatch }, entry.key, loaded.version);
  return range === null ? null : chooseDelta(entry, loaded, range);
}

/**
 * GET and POST are both safe reads here. `If-Match` is not a condition: it may name the version that a device holds. A
 * request that names versions in `X-Delta` always gets the delta, never 304: a browser adds the ETag of a full table
 * from its HTTP cache, and would turn a 304 into that table, which the page did not request.
 *
 * @throws Problem `precondition-failed`
 */
export function verdictOn({ key }: Entry, given: GivenVersion, asked: AskedAnswer): Exclude<Verdict, 'failed'> {
  const namesVersions = asked.delta?.kind === 'between';
  const verdict = evaluateConditions(
    {
      method: 'GET',
      ifNoneMatch: namesVersions ? undefined : asked.ifNoneMatch,
      ifModifiedSince: namesVersions ? undefined : asked.ifModifiedSince,
      ifUnmodifiedSince: asked.ifMatch === undefined ? asked.ifUnmodifiedSince : undefined,
    },
    { etag: etagOf(key, given.changed), lastModified: given.changedAt },
  );
  if (verdict !== 'failed') return verdict;
  throw new Problem('precondition-failed', `This was changed on ${httpDate(given.changedAt ?? 0)}.`);
}

function givenBy({ to, toChanged, hash }: ChosenDelta, loaded: Loaded): GivenVersion {
  return { version: to, changed: toChanged, hash, changedAt: toChanged === loaded.changed ? loaded.changedAt : null };
}
