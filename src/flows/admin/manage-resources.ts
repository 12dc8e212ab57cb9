/** Definitions of resources, managed by administrators (CONTRACT 4). */

import * as v from 'valibot';
import { API_BASE } from '../../contract/constants.ts';
import { Problem } from '../../contract/problem.ts';
import { isDefined, Origin, type Resource, type StoredResource } from '../../contract/resource.ts';
import {
  MAX_RESOURCES_OF_SOURCE,
  type Source,
  SourceName,
  type Sources,
  type StoredSource,
} from '../../contract/source.ts';
import { ResourceTitle } from '../../contract/values.ts';
import { type Conditions, demandConditions } from '../../core/conditions.ts';
import {
  changedMembers,
  definitionEtag,
  mattersToLoads,
  parameterNames,
  readDefinition,
  sameDefinition,
} from '../../core/definition.ts';
import { invalidParameters } from '../../core/input-faults.ts';
import { isObject } from '../../core/json-value.ts';
import { member } from '../../core/pointer.ts';
import { hasWords, searchWords } from '../../core/search-words.ts';
import { faultsOfBody } from '../../origin/body/check-body.ts';
import { cellFaults } from '../../origin/check-cells.ts';
import { changesFaults } from '../../origin/check-changes.ts';
import { expectFaults } from '../../origin/check-expect.ts';
import { checkOrigin, NO_SOURCE } from '../../origin/check-origin.ts';
import { pagesFaults } from '../../origin/check-pages.ts';
import { laterFaults } from '../../origin/later-rules.ts';
import { checkTables } from '../../origin/pointers.ts';
import { sqlFaults } from '../../origin/sql/check-sql.ts';
import { xmlFaults } from '../../origin/xml/check-xml.ts';
import type { Json } from '../../ports/entry.ts';
import type { Resources } from '../../ports/stores.ts';
import type { Services } from '../services.ts';
import { retriedOnConflict } from './named-definitions.ts';

/** A stored definition with its entity tag (without quotes). */
export interface TaggedResource {
  title: string;
  definition: Resource;
  etag: string;
  /** The source that it names, if that was read together with it. */
  source?: StoredSource;
}

/**
 * Parses the body of `PUT /resources/<title>/`. The body may have a `title` if it is the same, so that an answer to GET
 * can be put back.
 *
 * @param hosts ORIGIN_HOSTS
 * @param source the source that it names; null if it names none or a missing one
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export function parseDefinition(
  title: string,
  body: Json,
  hosts: readonly string[],
  source: Source | null = null,
): Resource {
  const { title: repeated, warnings: _told, ...rest } = isObject(body) ? (body as { [name: string]: Json }) : {};
  const { definition, faults } = readDefinition(isObject(body) ? rest : body);
  const faultOfTitle = v.safeParse(ResourceTitle, title).issues?.[0]?.message;
  if (faultOfTitle !== undefined) faults.push({ pointer: '/title', detail: faultOfTitle });
  if (repeated !== undefined && repeated !== title) {
    faults.push({ pointer: '/title', detail: 'must be the title in the path' });
  }
  // Unknown members, reported above, do not prevent the check of the others.
  const origin = v.safeParse(v.object(Origin.entries), rest.origin);
  if (origin.success && isObject(rest.origin)) {
    const names = namesOf(rest.parameters);
    const scope = rest.scope === 'user' ? 'user' : 'shared';
    faults.push(...checkOrigin(origin.output, scope, hosts, names, source));
    faults.push(...faultsOfBody(origin.output, source, { scope, hosts, parameterNames: names }));
  }
  const isOfPointers = definition?.format !== 'xml' && source?.database === undefined;
  if (definition?.tables !== undefined && isOfPointers) faults.push(...checkTables(definition.tables));
  if (definition !== null)
    faults.push(
      ...laterFaults(definition),
      ...expectFaults(definition),
      ...pagesFaults(definition),
      ...changesFaults(definition, { hosts, source, parameterNames: namesOf(rest.parameters) }),
      ...cellFaults(definition),
      ...xmlFaults(definition),
      ...sqlFaults(definition, source?.database !== undefined, parameterNames(definition.parameters ?? {})),
    );
  if (definition === null || faults.length > 0) throw invalidParameters(faults);
  return definition;
}

/** Names that the parameters may have; null: any. */
function namesOf(parameters: Json | undefined): string[] | null {
  if (parameters === undefined) return [];
  return isObject(parameters) ? parameterNames(parameters) : null;
}

/**
 * Same, and first reads the source that it names.
 *
 * @throws Problem `invalid-parameters` with a pointer for each fault
 */
export async function readDefinedResource(
  { sources, settings }: Pick<Services, 'sources' | 'settings'>,
  title: string,
  body: Json,
): Promise<{ definition: Resource; source: StoredSource | null }> {
  const name = member(member(body, 'origin'), 'source');
  const source = v.is(SourceName, name) ? await sources.read(name) : null;
  return { definition: parseDefinition(title, body, settings.originHosts, source?.definition), source };
}

/** @throws Problem `not-found` */
export async function getResource(resources: Resources, title: string): Promise<TaggedResource> {
  return (v.is(ResourceTitle, title) ? tagged(await resources.read(title)) : null) ?? unknownResource();
}

/**
 * Returns a page in order of title; `next` is the title to continue after. A page is short if definitions are large, or
 * if it is one of a search (see `Resources.list`).
 */
export async function listResources(
  resources: Resources,
  after: string | null,
  limit: number,
  { source, search }: { source?: string | undefined; search?: string | undefined } = {},
): Promise<{ resources: TaggedResource[]; next: string | null }> {
  const words = search === undefined ? null : searchWords(search);
  const fits = words === null ? undefined : (...names: string[]) => hasWords(words, ...names);
  const page = await resources.list(after, limit, { source, fits });
  return { resources: page.resources.flatMap((stored) => tagged(stored) ?? []), next: page.next };
}

/** A definition that was put, and what the PUT changed. */
export interface PutResource extends TaggedResource {
  created: boolean;
  /** Members that differ from the definition before. */
  changed: string[];
  /** Data loaded before the PUT counts as expired. */
  expires: boolean;
}

/** What a definition would change in the stored one; `current` is null if there is none. */
function changeOf(
  current: TaggedResource | null,
  definition: Resource,
): Pick<PutResource, 'created' | 'changed' | 'expires'> {
  if (current === null) return { created: true, changed: changedMembers(null, definition), expires: false };
  if (sameDefinition(current.definition, definition)) return { created: false, changed: [], expires: false };
  return {
    created: false,
    changed: changedMembers(current.definition, definition),
    expires: mattersToLoads(current.definition, definition),
  };
}

/**
 * Returns what `putResource` would do, and writes nothing.
 *
 * @throws Problem `precondition-failed`
 */
export async function previewResource(
  resources: Resources,
  title: string,
  definition: Resource,
  conditions: Conditions,
): Promise<PutResource> {
  const current = tagged(await resources.read(title));
  demandConditions(conditions, current?.etag ?? null);
  return { title, definition, etag: definitionEtag(title, definition), ...changeOf(current, definition) };
}

/**
 * Writes a definition. An equal one changes nothing; a change that affects loads gives it a new number.
 *
 * @param now ms since the epoch
 * @throws Problem `precondition-failed`, `conflict` if others keep writing or the source is full, `invalid-parameters`
 * if the source is gone
 */
export async function putResource(
  { resources, sources }: Pick<Services, 'resources' | 'sources'>,
  title: string,
  definition: Resource,
  conditions: Conditions,
  now: number,
): Promise<PutResource> {
  return retriedOnConflict<PutResource>('resource', async () => {
    const stored = await resources.read(title);
    const current = tagged(stored);
    demandConditions(conditions, current?.etag ?? null);
    const change = changeOf(current, definition);
    if (current !== null && change.changed.length === 0) return { ...current, ...change };
    const matters = change.created || change.expires;
    const expected = current === null ? null : (stored?.changedAt ?? null);
    const written = tagged(await resources.put(title, definition, matters, expected, now));
    if (written !== null) return { ...written, ...change };
    await demandRoomAtSource(sources, definition);
    return null;
  });
}

/** Checks for other reasons than concurrent writes why a definition was not written. */
async function demandRoomAtSource(sources: Sources, { origin: { source: name } }: Resource): Promise<void> {
  if (name === undefined) return;
  if ((await sources.read(name)) === null) throw invalidParameters([{ pointer: '/origin/source', detail: NO_SOURCE }]);
  if ((await sources.countResources(name)) < MAX_RESOURCES_OF_SOURCE) return;
  throw new Problem('conflict', `The source "${name}" already has ${MAX_RESOURCES_OF_SOURCE} resources, the maximum.`);
}

/**
 * Deletes a definition: from now on its caches count as absent. The sweep purges what they hold (sweep.ts).
 *
 * @param now ms since the epoch
 * @throws Problem `not-found`, `precondition-failed`, `conflict` if others keep writing
 */
export async function deleteResource(
  resources: Resources,
  title: string,
  conditions: Conditions,
  now: number,
): Promise<void> {
  await retriedOnConflict('resource', async () => {
    const stored = await resources.read(title);
    const current = tagged(stored) ?? unknownResource();
    demandConditions(conditions, current.etag);
    return (await resources.remove(title, stored?.changedAt ?? null, now)) ? true : null;
  });
}

function unknownResource(): never {
  throw new Problem('not-found', `There is no resource with this title. GET ${API_BASE}/resources/ lists them.`);
}

function tagged(stored: StoredResource | null): TaggedResource | null {
  if (!isDefined(stored)) return null;
  const { title, definition, source } = stored;
  return { title, definition, etag: definitionEtag(title, definition), ...(source === undefined ? {} : { source }) };
}
