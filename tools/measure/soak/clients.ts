/** Clients that ask a service until it is gone: refreshes and synchronising devices, on a few caches. */

import { setTimeout as sleep } from 'node:timers/promises';

export const RESOURCE = 'soak';

/** What was seen, over all starts of the service. */
export interface Observed {
  /** Ids of tasks that answers told of. */
  accepted: Set<string>;
  requests: number;
  /** Body by cache and version: the same version is never two bodies. */
  bodies: Map<string, string>;
  faults: string[];
}

export interface Target {
  url: string;
  token: string;
}

const PAUSE_MS = 20;

export function newObserved(): Observed {
  return { accepted: new Set(), requests: 0, bodies: new Map(), faults: [] };
}

/** Keeps `clients` clients asking until the signal; what fails because the service is gone is no fault. */
export async function ask(
  target: Target,
  observed: Observed,
  { clients, caches, random, signal }: { clients: number; caches: number; random: () => number; signal: AbortSignal },
): Promise<void> {
  const one = async (device: string) => {
    while (!signal.aborted) {
      const n = Math.floor(random() * caches);
      try {
        if (random() < 0.5) await refresh(target, observed, n, signal);
        else await read(target, observed, n, device, signal);
      } catch {
        // Killed: the connection broke off.
      }
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, at) => one(`device-${at}`)));
}

/** Asks for a refresh of a cache. */
export async function refresh(target: Target, observed: Observed, n: number, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${target.url}/api/v1/cache/refresh/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${target.token}`, 'Content-Type': 'application/json', Prefer: 'respond-async' },
    body: JSON.stringify({ resource_title: RESOURCE, n }),
    signal,
  });
  observed.requests += 1;
  if (answer.status === 200) observed.accepted.add(((await answer.json()) as { task_id: string }).task_id);
  else await expectRefusal(answer, observed);
}

/** Reads a cache as a device; the status. */
export async function read(
  target: Target,
  observed: Observed,
  n: number,
  device: string,
  signal: AbortSignal,
): Promise<number> {
  const headers = { Authorization: `Bearer ${target.token}`, 'X-Device-Id': device, Prefer: 'wait=1' };
  const answer = await fetch(`${target.url}/api/v1/rpc/${RESOURCE}/?n=${n}`, { headers, signal });
  observed.requests += 1;
  if (answer.status === 202) observed.accepted.add(((await answer.json()) as { task_id: string }).task_id);
  else if (answer.status === 200) noteBody(observed, answer.headers.get('ETag') ?? '', await answer.text());
  else await expectRefusal(answer, observed);
  return answer.status;
}

function noteBody({ bodies, faults }: Observed, etag: string, body: string): void {
  const before = bodies.get(etag);
  if (before !== undefined && before !== body) faults.push(`${etag} was two bodies`);
  bodies.set(etag, body);
}

async function expectRefusal(answer: Response, { faults }: Observed): Promise<void> {
  const text = await answer.text();
  if (answer.status !== 503 || !answer.headers.has('Retry-After')) faults.push(`answered ${answer.status}: ${text}`);
}
