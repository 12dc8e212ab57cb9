/** Clients that send requests until the service is gone: refreshes and synchronising devices, for a few caches. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Api, jsonOf } from '../harness/api.ts';

export const RESOURCE = 'soak';

/** What the clients saw, over all starts of the service. */
export interface Observed {
  /** Ids of tasks that were named in answers. */
  accepted: Set<string>;
  requests: number;
  /** Body by cache and version: a version never has two different bodies. */
  bodies: Map<string, string>;
  faults: string[];
}

const PAUSE_MS = 20;

export function newObserved(): Observed {
  return { accepted: new Set(), requests: 0, bodies: new Map(), faults: [] };
}

/** Keeps `clients` clients sending until the signal; a failure because the service is gone is no fault. */
export async function ask(
  api: Api,
  observed: Observed,
  { clients, caches, random, signal }: { clients: number; caches: number; random: () => number; signal: AbortSignal },
): Promise<void> {
  const one = async (device: string) => {
    while (!signal.aborted) {
      const n = Math.floor(random() * caches);
      try {
        if (random() < 0.5) await refresh(api, observed, n, signal);
        else await read(api, observed, n, device, signal);
      } catch {
        // The service was killed: the connection broke off.
      }
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, at) => one(`device-${at}`)));
}

/** Asks for a refresh of a cache. */
export async function refresh(api: Api, observed: Observed, n: number, signal: AbortSignal): Promise<void> {
  const answer = await api.ask('cache/refresh/', {
    headers: { Prefer: 'respond-async' },
    body: { resource_title: RESOURCE, n },
    expected: null,
    signal,
  });
  observed.requests += 1;
  if (answer.status === 200) observed.accepted.add(jsonOf<{ task_id: string }>(answer).task_id);
  else expectRefusal(answer, observed);
}

/** Reads a cache as a device; returns the status. */
export async function read(
  api: Api,
  observed: Observed,
  n: number,
  device: string,
  signal: AbortSignal,
): Promise<number> {
  const headers = { 'X-Device-Id': device, Prefer: 'wait=1' };
  const answer = await api.ask(`rpc/${RESOURCE}/?n=${n}`, { headers, expected: null, signal });
  observed.requests += 1;
  if (answer.status === 202) observed.accepted.add(jsonOf<{ task_id: string }>(answer).task_id);
  else if (answer.status === 200) noteBody(observed, answer.headers.etag ?? '', answer.body.toString());
  else expectRefusal(answer, observed);
  return answer.status;
}

function noteBody({ bodies, faults }: Observed, etag: string, body: string): void {
  const before = bodies.get(etag);
  if (before !== undefined && before !== body) faults.push(`${etag} was two bodies`);
  bodies.set(etag, body);
}

function expectRefusal({ status, headers, body }: Answer, { faults }: Observed): void {
  if (status !== 503 || headers['retry-after'] === undefined) faults.push(`answered ${status}: ${body}`);
}
