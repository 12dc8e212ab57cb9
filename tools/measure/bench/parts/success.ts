/** 500 refreshes of 135 kB until SUCCESS beside their floor, from an origin that answers at once and from one that takes 100 ms. */

import { d1Entries } from '../../../../src/stores/entries.ts';
import { median } from '../../harness/statistics.ts';
import type { Plan } from '../compare.ts';
import type { Answer } from '../load/call.ts';
import type { Pair, Server } from '../operations/operation.ts';
import { acceptedDocument } from '../operations/refresh.ts';
import { define, load, refreshShot, stageFloor, statusFault } from '../operations/stage.ts';
import { startPair, stopPair } from '../pair.ts';
import { type Succeeded, succeed } from '../success.ts';
import type { Figure, Part } from './part.ts';

const TASKS = 500;
const TITLES = { weather: '', slow: ', the origin takes 100 ms' } as const;

export const success: Part = async (setting, plan) => {
  const pair = await startPair(setting, true);
  try {
    const figures: Figure[] = [];
    for (const [title, remark] of Object.entries(TITLES)) {
      await stage(pair, title);
      figures.push(...(await measureTitle(pair, title, `${TASKS} refreshes${remark}`, plan)));
    }
    return figures;
  } finally {
    await stopPair(pair);
  }
};

/** Has the service load the resource once, so that the floor can be told what it keeps of a cache. */
async function stage(pair: Pair, title: string): Promise<void> {
  await define(pair, title);
  await load(pair.service, title);
  const { entries } = await d1Entries(await pair.service.binding<D1Database>('DB')).list(
    { resource: title },
    null,
    1,
    0,
  );
  const service = {
    shot: await refreshShot(pair.service, title, '2026'),
    fault: (answer: Answer) => statusFault(answer, 200),
  };
  await stageFloor(pair, service, {
    operation: 'load',
    document: acceptedDocument(title),
    entry: JSON.stringify(entries[0]),
    originUrl: `${pair.originUrl}/${title}?year=2026`,
  });
}

/** Rounds in turn: the floor, the service. */
async function measureTitle(
  pair: Pair,
  title: string,
  what: string,
  { rounds, patienceS, tell }: Plan,
): Promise<Figure[]> {
  const runs: { service: Succeeded; floor: Succeeded }[] = [];
  const run = (server: Server) => succeed(server, title, TASKS, patienceS);
  for (let round = 1; round <= rounds; round += 1) {
    const both = { floor: await run(pair.floor), service: await run(pair.service) };
    tell(
      `${what}, round ${round}: ${both.service.successS.toFixed(2)} s, its floor ${both.floor.successS.toFixed(2)} s`,
    );
    runs.push(both);
  }
  const of = (side: 'service' | 'floor', name: keyof Succeeded) => median(runs.map((both) => both[side][name]));
  const figure = (rest: string, value: number, unit: string) => ({ what: `${what}: ${rest}`, value, unit, most: null });
  return [
    figure('all accepted', of('service', 'acceptedS'), 's'),
    figure('all SUCCESS', of('service', 'successS'), 's'),
    figure('all SUCCESS, floor', of('floor', 'successS'), 's'),
    figure('rate to floor', median(runs.map(({ floor, service }) => floor.successS / service.successS)), ''),
    figure('CPU a task', of('service', 'cpuMs'), 'ms'),
    figure('CPU a task, floor', of('floor', 'cpuMs'), 'ms'),
  ];
}
