/**
 * Live wake-up beside its floor: as many devices as an isolate holds wait on one cache for something newer; how long after
 * SUCCESS the last has its answer.
 */

import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_HELD } from '../../../../src/flows/live/held-requests.ts';
import { quiet } from '../../harness/machine.ts';
import { median } from '../../harness/statistics.ts';
import { type Answer, demand } from '../load/call.ts';
import type { Pair, Server } from '../operations/operation.ts';
import { authorized, define, load, refreshShot, stageFloor, statusFault } from '../operations/stage.ts';
import { startPair, stopPair } from '../pair.ts';
import type { Part } from './part.ts';

/** A fifth of the room is kept for waits of loads (flows/held-requests.ts). */
const DEVICES = Math.floor(MAX_HELD * 0.8);
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

/** ms from SUCCESS to the answers. */
interface Times {
  last: number;
  median: number;
}

export const wake: Part = async (setting, { rounds, patienceS, tell }) => {
  const pair = await startPair(setting, true, { REFRESH_WAIT_MS: HELD_MS });
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  try {
    await stage(pair);
    const runs: { service: Times; floor: Times }[] = [];
    const run = async (server: Server) => {
      await quiet(patienceS);
      return wakeAll(server, agent);
    };
    for (let round = 1; round <= rounds; round += 1) {
      const both = { floor: await run(pair.floor), service: await run(pair.service) };
      const [ours, floors] = [both.service.last, both.floor.last].map(Math.round);
      tell(`live, round ${round}: ${ours} ms from SUCCESS to the last of ${DEVICES} answers, its floor ${floors} ms`);
      runs.push(both);
    }
    const figure = (side: 'service' | 'floor', name: keyof Times, rest: string, most: number | null) => ({
      what: `${DEVICES} devices wait: SUCCESS to the ${name} answer${rest}`,
      value: median(runs.map((both) => both[side][name])),
      unit: 'ms',
      most,
    });
    return [
      figure('service', 'last', '', 3000),
      figure('floor', 'last', ', floor', null),
      figure('service', 'median', '', null),
      figure('floor', 'median', ', floor', null),
    ];
  } finally {
    agent.destroy();
    await stopPair(pair);
  }
};

async function stage(pair: Pair): Promise<void> {
  await define(pair, 'moving');
  await load(pair.service, 'moving');
  const shot = { path: PATH, headers: await authorized(pair.service) };
  const { body } = await demand(200, pair.service.url, shot);
  const fault = (answer: Answer) => statusFault(answer, 200);
  await stageFloor(pair, { shot, fault }, { operation: 'wake', body: body.toString() });
}

/** @throws Error when one was not held, or was answered with anything but a newer version */
async function wakeAll(service: Server, agent: Agent): Promise<Times> {
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
  const afterMs = woken.map(({ at }) => at - successAt);
  return { last: Math.max(...afterMs), median: median(afterMs) };
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
