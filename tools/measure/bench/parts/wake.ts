/**
 * Live wake-up, compared with its floor: as many devices as an isolate holds wait for a newer version of one cache;
 * measures how long after SUCCESS the last one has its answer.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_HELD } from '../../../../src/flows/live/held-requests.ts';
import type { Answer, Api } from '../../harness/api.ts';
import { quiet } from '../../harness/machine.ts';
import { median } from '../../harness/statistics.ts';
import { statusFault } from '../load/shot.ts';
import { define, stageFloor } from '../operations/stage.ts';
import { type Pair, withPair } from '../setting.ts';
import { bothFigures, bothInTurn, type Part } from './part.ts';

/** A fifth of the room is reserved for waits of loads (src/flows/live/held-requests.ts). */
const DEVICES = Math.floor(MAX_HELD * 0.8);
const PATH = '/api/v1/rpc/moving/?year=2026';
const WAIT_S = 60;
/** Time until all of them wait. */
const SETTLE_MS = 3000;
/** The answer to a refresh comes as soon as its task has ended. */
const HELD_MS = '30000';

/** ms from SUCCESS to the answers. */
interface Times {
  last: number;
  median: number;
}

export const wake: Part = (setting, plan) =>
  withPair(setting, { consumes: true, vars: { REFRESH_WAIT_MS: HELD_MS } }, async (pair) => {
    await stage(pair);
    const rounds = await bothInTurn(
      pair,
      plan,
      async ({ api }) => {
        await quiet(plan.patienceS);
        return wakeAll(api);
      },
      ({ service, floor }) =>
        `${Math.round(service.last)} ms from SUCCESS to the last of ${DEVICES} answers, its floor ${Math.round(floor.last)} ms`,
    );
    const what = `${DEVICES} devices wait: SUCCESS to the`;
    return [
      ...bothFigures(`${what} last answer`, rounds, ({ last }) => last, { unit: 'ms', most: 3000 }),
      ...bothFigures(`${what} median answer`, rounds, (times) => times.median, { unit: 'ms' }),
    ];
  });

async function stage(pair: Pair): Promise<void> {
  const { api } = pair.service;
  await define(pair, 'moving');
  await api.load('moving', { year: 2026 });
  const shot = { path: PATH, headers: await api.authorized() };
  const { body } = await api.ask(PATH);
  const fault = (answer: Answer) => statusFault(answer, 200);
  await stageFloor(pair, { shot, fault }, { operation: 'wake', body: body.toString() });
}

/** @throws Error if a request was not held, or was answered with anything except a newer version */
async function wakeAll(api: Api): Promise<Times> {
  const { etag: held = '' } = (await api.ask(PATH)).headers;
  const headers = { 'If-None-Match': held, Prefer: `wait=${WAIT_S}` };
  let answered = 0;
  const waiting = Array.from({ length: DEVICES }, async () => {
    const { status, headers: head } = await api.ask(PATH, { headers, expected: null });
    const at = performance.now();
    answered += 1;
    return { status, etag: head.etag ?? '', at };
  });
  await Promise.race([sleep(SETTLE_MS), Promise.all(waiting)]);
  if (answered > 0) throw new Error(`${answered} of ${DEVICES} devices were not held`);
  await api.refresh('moving', { year: 2026 }, { prefer: 'wait=30' });
  const successAt = performance.now();
  const woken = await Promise.all(waiting);
  const wrong = woken.find(({ status, etag }) => status !== 200 || etag === held);
  if (wrong !== undefined) throw new Error(`a device was answered ${wrong.status} ${wrong.etag}, and held ${held}`);
  const afterMs = woken.map(({ at }) => at - successAt);
  return { last: Math.max(...afterMs), median: median(afterMs) };
}
