/** Live wake-up: 2,000 devices wait on one cache for something newer; how long after SUCCESS the last has its answer. */

import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalWorker } from '../lib/local-worker.ts';
import { demand } from '../load/call.ts';
import { quiet } from '../load/machine.ts';
import { authorized, define, load, refreshShot } from '../operations/stage.ts';
import { median } from '../statistics.ts';
import type { Part } from './part.ts';

const DEVICES = 2000;
const PATH = '/api/v1/rpc/moving/?year=2026';
const WAIT_S = 60;
/** Until all of them wait. */
const SETTLE_MS = 3000;
/** The answer to a refresh comes as soon as its task has ended. */
const HELD_MS = '30000';

interface Woken {
  status: number;
  etag: string;
  at: number;
}

export const wake: Part = async ({ service: script, originUrl }, { rounds, patienceS, tell }) => {
  const service = await LocalWorker.start({ script, vars: { REFRESH_WAIT_MS: HELD_MS } });
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  try {
    await define({ service, originUrl }, 'moving');
    await load(service, 'moving');
    const lastMs: number[] = [];
    const medianMs: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await quiet(patienceS);
      const { successAt, woken } = await wakeAll(service, agent);
      const afterMs = woken.map(({ at }) => at - successAt);
      lastMs.push(Math.max(...afterMs));
      medianMs.push(median(afterMs));
      tell(
        `live, round ${round}: ${Math.round(Math.max(...afterMs))} ms from SUCCESS to the last of ${DEVICES} answers`,
      );
    }
    return [
      { what: `${DEVICES} devices wait: SUCCESS to the last answer`, value: median(lastMs), unit: 'ms', most: 3000 },
      {
        what: `${DEVICES} devices wait: SUCCESS to the median answer`,
        value: median(medianMs),
        unit: 'ms',
        most: null,
      },
    ];
  } finally {
    agent.destroy();
    await service.stop();
  }
};

/** @throws Error when one was not held, or was answered with anything but a newer version */
async function wakeAll(service: LocalWorker, agent: Agent): Promise<{ successAt: number; woken: Woken[] }> {
  const headers = await authorized(service);
  const held = (await demand(200, service.url, { path: PATH, headers })).headers.get('ETag') ?? '';
  let answered = 0;
  const waiting = Array.from({ length: DEVICES }, async () => {
    const woken = await waitFor(service.url, agent, { ...headers, 'If-None-Match': held, Prefer: `wait=${WAIT_S}` });
    answered += 1;
    return woken;
  });
  await Promise.race([sleep(SETTLE_MS), Promise.all(waiting)]);
  if (answered > 0) throw new Error(`${answered} of ${DEVICES} devices were not held`);
  const shot = await refreshShot(service, 'moving', '2026');
  await demand(200, service.url, { ...shot, headers: { ...shot.headers, Prefer: 'wait=30' } });
  const successAt = performance.now();
  const woken = await Promise.all(waiting);
  const wrong = woken.find(({ status, etag }) => status !== 200 || etag === held);
  if (wrong !== undefined) throw new Error(`a device was answered ${wrong.status} ${wrong.etag}, and held ${held}`);
  return { successAt, woken };
}

/** A request on a connection of its own: fetch would queue most of them. */
function waitFor(url: string, agent: Agent, headers: Record<string, string>): Promise<Woken> {
  return new Promise((resolve, reject) => {
    get(url + PATH, { agent, headers }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, etag: response.headers.etag ?? '', at: performance.now() }),
      );
    }).on('error', reject);
  });
}
