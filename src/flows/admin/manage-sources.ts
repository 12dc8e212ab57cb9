/** Sources, managed by administrators (CONTRACT 4 "Sources"). */

import * as v from 'valibot';
import { API_BASE } from '../../contract/constants.ts';
import { MAX_NAMED_RESOURCES, type SourcePreview } from '../../contract/dry-run.ts';
import { Problem } from '../../contract/problem.ts';
import {
  MAX_SOURCE_CHARACTERS,
  Source,
  type SourceAnswer,
  SourceName,
  type SourceState,
  type Sources,
  type StoredSource,
} from '../../contract/source.ts';
import { type Conditions, demandConditions } from '../../core/conditions.ts';
import { digestTag } from '../../core/etag.ts';
import { canonicalText } from '../../core/json-value.ts';
import { log } from '../../log.ts';
import { sourceFaults } from '../../origin/check-source.ts';
import type { Json } from '../../ports/entry.ts';
import type { Services } from '../services.ts';
import { parseNamed, retriedOnConflict } from './named-definitions.ts';

/**
 * Parses the body of `PUT /sources/<name>/`. An answer to GET can be put back: `name` must be the same, and `state` is
 * ignored.
 *
 * @param hosts ORIGIN_HOSTS
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export function parseSource(name: string, body: Json, hosts: readonly string[]): Source {
  const faults = (source: Source) => sourceFaults(source, hosts);
  return parseNamed(name, body, { schema: Source, name: SourceName, faults, mostCharacters: MAX_SOURCE_CHARACTERS });
}

/** @throws Problem `not-found` */
export async function getSource(sources: Sources, name: string): Promise<StoredSource> {
  const stored = v.is(SourceName, name) ? await sources.read(name) : null;
  if (stored === null) {
    throw new Problem('not-found', `There is no source of this name. GET ${API_BASE}/sources/ lists them.`);
  }
  return stored;
}

/** What a definition would change in the stored one; `current` is null if there is none. */
function changeOf(current: StoredSource | null, definition: Source) {
  const before: Partial<Source> = current?.definition ?? {};
  const names = new Set([...Object.keys(before), ...Object.keys(definition)]) as Set<keyof Source>;
  return {
    changed: [...names].filter(
      (name) => canonicalText([before[name] ?? null]) !== canonicalText([definition[name] ?? null]),
    ),
    expires: current !== null && decisive(current.definition) !== decisive(definition),
  };
}

/**
 * Returns what `putSource` would do, and writes nothing.
 *
 * @throws Problem `precondition-failed`
 */
export async function previewSource(
  sources: Sources,
  name: string,
  definition: Source,
  conditions: Conditions,
): Promise<SourcePreview> {
  const current = await sources.read(name);
  demandConditions(conditions, current === null ? null : sourceEtag(current));
  const { changed, expires } = changeOf(current, definition);
  const { count, titles } = expires ? await resourcesOf(sources, name) : { count: 0, titles: [] };
  return { definition: { name, ...definition }, created: current === null, changed, would: count, resources: titles };
}

/** How many resources name a source, and the titles of the first ones. */
async function resourcesOf(sources: Sources, name: string): Promise<{ count: number; titles: string[] }> {
  const [count, titles] = await Promise.all([
    sources.countResources(name),
    sources.titlesOf(name, MAX_NAMED_RESOURCES),
  ]);
  return { count, titles };
}

/** A source that was put, and what the PUT changed. */
export interface PutSource {
  source: StoredSource;
  outcome: 'created' | 'changed' | 'same';
  /** Titles of the resources whose caches expire because of the change. */
  expired: readonly string[];
}

/**
 * Writes a definition. An equal one changes nothing; one with another address, way or credentials counts as a change of
 * origin for each resource that names the source.
 *
 * @param now ms since the epoch
 * @throws Problem `precondition-failed`, `conflict` if others keep writing
 */
export async function putSource(
  sources: Sources,
  name: string,
  definition: Source,
  conditions: Conditions,
  now: number,
): Promise<PutSource> {
  return retriedOnConflict<PutSource>('source', async () => {
    const current = await sources.read(name);
    demandConditions(conditions, current === null ? null : sourceEtag(current));
    const { changed, expires } = changeOf(current, definition);
    if (current !== null && changed.length === 0) return { source: current, outcome: 'same', expired: [] };
    const written = await sources.put(name, definition, expires, current?.changedAt ?? null, now);
    if (written === null) return null;
    const { source, resources } = written;
    return { source, outcome: current === null ? 'created' : 'changed', expired: resources };
  });
}

/**
 * @throws Problem `not-found`, `precondition-failed`, `conflict` while a resource names the source or if others keep
 * writing
 */
export async function deleteSource(
  { sources, gates }: Pick<Services, 'sources' | 'gates'>,
  name: string,
  conditions: Conditions,
): Promise<void> {
  await retriedOnConflict('source', async () => {
    const current = await getSource(sources, name);
    demandConditions(conditions, sourceEtag(current));
    if (await sources.remove(name, current.changedAt)) return true;
    const { count, titles } = await resourcesOf(sources, name);
    if (count > 0) throw new Problem('conflict', `${namedBy(count, titles)}. Delete it once none does.`);
    return null;
  });
  await forgetGate(gates, name);
}

function namedBy(count: number, titles: readonly string[]): string {
  if (count === 1) return `The resource ${titles[0]} names this source`;
  const told = count > titles.length ? `among them ${titles.join(', ')}` : titles.join(', ');
  return `${count} resources name this source: ${told}`;
}

/**
 * Tells the gate to forget its state, which a new source of the same name would find. A failure changes nothing: the
 * definition is gone.
 */
async function forgetGate(gates: Services['gates'], name: string): Promise<void> {
  try {
    await gates(name).forget();
  } catch (error) {
    log('warn', 'gate.not_forgotten', { source: name, error });
  }
}

/** A source as the API answers it. */
export function answerOfSource({ name, definition }: StoredSource, state?: SourceState): SourceAnswer {
  return { name, ...definition, ...(state === undefined ? {} : { state }) };
}

/** Entity tag, without quotes, of a definition and its name. */
export function sourceEtag({ name, definition }: StoredSource): string {
  return digestTag(canonicalText([name, definition]));
}

/** The members that determine where loads come from. Other members, such as limits, change no data. */
function decisive({ url, via, database, headers, auth }: Source): string {
  return canonicalText([url ?? null, via ?? null, database ?? null, headers, auth ?? null]);
}
