/**
 * A probe (CONTRACT 4): asks an origin once, as a load does, and shows the result with all faults that a load would
 * have. It keeps nothing of the result, so it needs no id maps; but it takes the place of the heavy load, because an
 * answer may have any size.
 */

import * as v from 'valibot';
import type { Identity } from '../../contract/identity.ts';
import { PROBE_S, type ProbeAnswer, ProbeBody, ProbedUser } from '../../contract/probe.ts';
import { Problem } from '../../contract/problem.ts';
import { isDefined, type Resource } from '../../contract/resource.ts';
import { cacheIdentity } from '../../core/cache-key.ts';
import { unknownMembers } from '../../core/form-faults.ts';
import { freshnessRules, judge } from '../../core/freshness.ts';
import { faultsBelow, faultsOfIssues, invalidParameters, within } from '../../core/input-faults.ts';
import { isObject } from '../../core/json-value.ts';
import { checkParameters } from '../../core/parameters.ts';
import { policyOf } from '../../core/task-policy.ts';
import type { CacheIdentity, Json, Parameters } from '../../ports/entry.ts';
import type { GateWait } from '../../ports/source-gate.ts';
import { overloaded } from '../../stores/overloaded.ts';
import { GateHold } from '../load/gate-hold.ts';
import { loadSlots } from '../load/load-slots.ts';
import type { Services } from '../services.ts';
import { getResource, readDefinedResource } from './manage-resources.ts';
import { type Probe, probeOrigin } from './probe-origin.ts';

/** How long to wait for room, ms. */
const ROOM_MS = 5000;

type ProbeServices = Pick<Services, 'settings' | 'resources' | 'sources' | 'entries' | 'limits' | 'secret'>;

/**
 * Reads a request for a probe.
 *
 * @param body a JSON value as in ProbeBody
 * @throws Problem `invalid-parameters`, `not-found`, `rate-limited`
 */
export async function readProbe(
  services: ProbeServices,
  title: string,
  body: Json,
  { user }: Identity,
): Promise<Probe> {
  if (!isObject(body)) throw invalidParameters([{ pointer: '', detail: 'must be a JSON object' }]);
  const unknown = unknownMembers(body, Object.keys(ProbeBody.entries));
  if (unknown.length > 0) throw invalidParameters(unknown);
  const { definition: draft, parameters = {}, user: named } = body as { [name: string]: Json };
  const { definition, source } =
    draft === undefined
      ? await definedResource(services, title)
      : await readDefinedResource(services, title, draft).catch((error: unknown) => {
          throw faultsBelow('/definition', error);
        });
  if (!isObject(parameters)) throw invalidParameters([{ pointer: '/parameters', detail: 'must be an object' }]);
  const values = within('/parameters', () => checkParameters(definition, parameters as Parameters));
  const cache = cacheIdentity(title, values, ownerOf(definition, named, user));
  await services.limits.countProbe(user);
  await services.limits.countLoad(user, cache.key);
  return { definition, source, cache, rowsBefore: await rowsBefore(services, cache, Date.now()) };
}

function ownerOf({ scope }: Resource, named: Json | undefined, user: string): string | null {
  if (named === undefined) return scope === 'user' ? user : null;
  if (scope !== 'user')
    throw invalidParameters([{ pointer: '/user', detail: 'is only allowed with the scope "user"' }]);
  const read = v.safeParse(ProbedUser, named);
  if (read.success) return read.output;
  throw invalidParameters(faultsOfIssues(read.issues).map(({ detail }) => ({ pointer: '/user', detail })));
}

/** @throws Problem `not-found` */
async function definedResource(
  { resources, sources }: Pick<Services, 'resources' | 'sources'>,
  title: string,
): Promise<Pick<Probe, 'definition' | 'source'>> {
  const { definition } = await getResource(resources, title);
  const { source } = definition.origin;
  return { definition, source: source === undefined ? null : await sources.read(source) };
}

async function rowsBefore(
  { entries, resources }: ProbeServices,
  { key, resource }: CacheIdentity,
  now: number,
): Promise<number> {
  const [entry, stored] = await Promise.all([entries.find(key), resources.find(resource)]);
  // A load of a deleted resource has no version to be compared with.
  if (!isDefined(stored)) return 0;
  const freshness = judge(entry, freshnessRules(stored, null, null), now);
  return freshness.state === 'absent' ? 0 : (freshness.loaded.rows ?? 0);
}

/**
 * Runs the work with the room of a heavy load, one of the places of its origin, and a permit of its source.
 *
 * @throws Problem `overloaded` with `Retry-After`, before the work starts
 */
export async function withRoom<T>(
  { gates }: Pick<Services, 'gates'>,
  { definition, source, cache }: Probe,
  work: (gate: GateHold) => Promise<T>,
  { slots = loadSlots, roomMs = ROOM_MS } = {},
): Promise<T> {
  const { origin } = policyOf(definition, source ?? undefined);
  const wanted = { resource: cache.resource, ...(origin === undefined ? {} : { origin }), heavy: true };
  const slot = await slots.enter(wanted, Date.now() + roomMs);
  if (slot === null) throw overloaded('Other loads leave no room for this one now. Try again in a moment.');
  const gate = new GateHold(gates, `probe:${crypto.randomUUID()}`);
  try {
    const wait = await gate.enter({ definition, ...(source === null ? {} : { source }) }, false);
    if (wait !== null) throw noTurn(definition, wait);
    return await work(gate);
  } finally {
    slot.release();
    await gate.leave();
  }
}

function noTurn({ origin }: Resource, { waitMs }: GateWait): Problem {
  const detail = `The limits of the source "${origin.source}" allow no further load now.`;
  return new Problem('overloaded', detail, { headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } });
}

/** Asks the origin. Never throws a LoadFailure: the answer contains the faults that a load would have. */
export function runProbe(
  services: Pick<Services, 'settings' | 'secret' | 'via' | 'database'>,
  probe: Probe,
  gate?: GateHold,
): Promise<ProbeAnswer> {
  return probeOrigin(services, probe, PROBE_S * 1000, gate);
}
