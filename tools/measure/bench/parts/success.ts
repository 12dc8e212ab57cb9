/**
 * 500 refreshes of 135 kB until SUCCESS, compared with their floor, with an origin that answers at once and one that
 * takes 100 ms.
 */

import { d1Entries } from '../../../../src/stores/entries.ts';
import { median } from '../../harness/statistics.ts';
import type { Plan } from '../compare.ts';
import { statusFault } from '../load/shot.ts';
import { acceptedDocument } from '../operations/refresh.ts';
import { define, refreshShot, stageFloor } from '../operations/stage.ts';
import { type Pair, withPair } from '../setting.ts';
import { succeed, TASKS, TITLES } from '../success.ts';
import { bothFigures, bothInTurn, type Figure, type Part } from './part.ts';

export const success: Part = (setting, plan) =>
  withPair(setting, { consumes: true }, async (pair) => {
    const figures: Figure[] = [];
    for (const [title, remark] of Object.entries(TITLES)) {
      await stage(pair, title);
      figures.push(...(await measureTitle(pair, title, `${TASKS} refreshes${remark}`, plan)));
    }
    return figures;
  });

/** Lets the service load the resource once, so that the floor's setup can contain what the service keeps of a cache. */
async function stage(pair: Pair, title: string): Promise<void> {
  await define(pair, title);
  await pair.service.api.load(title, { year: 2026 });
  const store = d1Entries(await pair.service.binding<D1Database>('DB'));
  const { entries } = await store.list({ resource: title }, null, 1, 0);
  const shot = await refreshShot(pair.service, title, '2026');
  await stageFloor(
    pair,
    { shot, fault: (answer) => statusFault(answer, 200) },
    {
      operation: 'load',
      document: acceptedDocument(title),
      entry: JSON.stringify(entries[0]),
      originUrl: `${pair.originUrl}/${title}?year=2026`,
    },
  );
}

async function measureTitle(pair: Pair, title: string, what: string, plan: Plan): Promise<Figure[]> {
  const rounds = await bothInTurn(
    pair,
    plan,
    (worker) => succeed(worker, title, plan.patienceS),
    ({ service, floor }) => `${what}: ${service.successS.toFixed(2)} s, its floor ${floor.successS.toFixed(2)} s`,
  );
  const ratio = median(rounds.map(({ floor, service }) => floor.successS / service.successS));
  const [accepted] = bothFigures(`${what}: all accepted`, rounds, ({ acceptedS }) => acceptedS, { unit: 's' });
  return [
    ...(accepted === undefined ? [] : [accepted]),
    ...bothFigures(`${what}: all SUCCESS`, rounds, ({ successS }) => successS, { unit: 's' }),
    { what: `${what}: rate to floor`, value: ratio, unit: '', most: null },
    ...bothFigures(`${what}: CPU a task`, rounds, ({ cpuMs }) => cpuMs, { unit: 'ms' }),
  ];
}
