/**
 * How a read of what is loaded is to be answered (CONTRACT 3), by the entry and the request alone: that nothing has changed, a
 * delta, or the whole body. Nothing is read for it. `/rpc/` and `/sync/` both go by these rules.
 */

import { Problem } from '../contract/problem.ts';
import type { Entry, Loaded } from '../ports/entry.ts';
import { type ChosenDelta, chooseDelta } from './choose-delta.ts';
import { type Conditions, evaluateConditions, type Verdict } from './conditions.ts';
import { etagOf } from './etag.ts';
import { httpDate } from './http-date.ts';
import { deltaRange } from './named-version.ts';
import type { DeltaRequest } from './x-delta.ts';

/** What the reader has and asks for, as header texts. */
export interface AskedAnswer extends Omit<Conditions, 'method'> {
  /** Null: the whole body. */
  delta: DeltaRequest | null;
}

/** What is loaded, and the entry that says so. */
export interface LoadedEntry {
  entry: Entry;
  loaded: Loaded;
}

/** The version that an answer brings its reader to. */
export interface GivenVersion {
  version: number;
  /** The last version up to it that changed the body: the number in the ETag. */
  changed: number;
  /** `Cache-Hash-Value`; null for a body that is no table. */
  hash: string | null;
  /** When the body changed to it, ms; null: that is no longer known. */
  changedAt: number | null;
}

/** An answer, before anything of a body is read. */
export type ChosenAnswer =
  | { kind: 'not-modified'; given: GivenVersion }
  | { kind: 'delta'; given: GivenVersion; delta: ChosenDelta }
  | { kind: 'whole'; given: GivenVersion };

/** @throws Problem `precondition-failed` */
export function chooseAnswer(found: LoadedEntry, asked: AskedAnswer): ChosenAnswer {
  const delta = deltaFor(found, asked);
  if (delta === null) return chooseWhole(found, asked);
  const given = givenBy(delta, found.loaded);
  const isKnown = verdictOn(found.entry, given, asked) === 'not-modified';
  return isKnown ? { kind: 'not-modified', given } : { kind: 'delta', given, delta };
}

/** The answer where a delta cannot be had after all. @throws Problem `precondition-failed` */
export function chooseWhole(
  { entry, loaded }: LoadedEntry,
  asked: AskedAnswer,
): Exclude<ChosenAnswer, { kind: 'delta' }> {
  const isKnown = verdictOn(entry, loaded, asked) === 'not-modified';
  return { kind: isKnown ? 'not-modified' : 'whole', given: loaded };
}

/** Null: the full body is the answer, since no delta is asked for, this is no table or a delta cannot be had. */
export function deltaFor({ entry, loaded }: LoadedEntry, asked: AskedAnswer): ChosenDelta | null {
  if (loaded.hash === null) return null;
  const { delta, ifNoneMatch, ifMatch } = asked;
  const range = deltaRange({ delta, ifNoneMatch, ifMatch }, entry.key, loaded.version);
  return range === null ? null : chooseDelta(entry, loaded, range);
}

/**
 * Either method is a safe read here, and `If-Match` is no condition: it may name the version that a device holds. Who names
 * versions in `X-Delta` gets them: a browser puts the ETag of a full table that it has stored beside it, and would make of 304
 * that table, which the page did not ask for.
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
