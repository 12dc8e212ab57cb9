/**
 * Live wake-up: as many devices as an isolate holds wait for a newer version of one cache; measures how long after
 * SUCCESS the last one has its answer.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_HELD } from '../../../../src/flows/live/held-requests.ts';
import type { Api } from '../../harness/api.ts';
import { quiet } from '../../harness/machine.ts';
import { median, medians } from '../../harness/statistics.ts';
import { define } from '../operations/stage.ts';
import { onService } from './part.ts';

/** A fifth of the room is reserved for waits of loads (src/flows/live/held-requests.ts). */
const DEVICES = Math.floor(MAX_HELD * 0.8);
const PATH = '/api/v1/rpc/moving/?year=2026';
const WAIT_S = 60;
/** Time until all of them wait. */
const SETTLE_MS = 3000;

/** ms from SUCCESS to the answers. */
interface Times {
  last: number;
  median: number;
}

export const wake = onService(async (service, { origin }, { rounds, patienceS, tell }) => {
  await define({ service, originUrl: origin.url }, 'moving');
  await service.api.load('moving', { year: 2026 });
  const all: Times[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await quiet(patienceS);
    const times = await wakeAll(service.api);
    tell(`round ${round}: ${Math.round(times.last)} ms from SUCCESS to the last of ${DEVICES} answers`);
    all.push(times);
  }
  const times = medians(all);
  const what = `${DEVICES} devices wait: SUCCESS to the`;
  return [
    { what: `${what} last answer`, value: times.last, unit: 'ms', most: 3000 },
    { what: `${what} median answer`, value: times.median, unit: 'ms', most: null },
  ];
});

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
