/** 500 refreshes of 135 kB until SUCCESS, from an origin that answers at once and from one that takes 100 ms. */

import { LocalWorker } from '../lib/local-worker.ts';
import { define } from '../operations/stage.ts';
import { median } from '../statistics.ts';
import { type Succeeded, succeed } from '../success.ts';
import type { Figure, Part } from './part.ts';

const TASKS = 500;
const TITLES = { weather: '', slow: ', the origin takes 100 ms' } as const;

export const success: Part = async ({ service: script, originUrl }, { rounds, patienceS, tell }) => {
  const service = await LocalWorker.start({ script });
  try {
    const figures: Figure[] = [];
    for (const [title, remark] of Object.entries(TITLES)) {
      await define({ service, originUrl }, title);
      const runs: Succeeded[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        const run = await succeed(service, title, TASKS, patienceS);
        tell(`${TASKS} refreshes${remark}, round ${round}: ${run.successS.toFixed(2)} s until SUCCESS`);
        runs.push(run);
      }
      const figure = (what: string, unit: string, name: keyof Succeeded) => ({
        what: `${TASKS} refreshes${remark}: ${what}`,
        value: median(runs.map((run) => run[name])),
        unit,
        most: null,
      });
      figures.push(figure('all accepted', 's', 'acceptedS'), figure('all SUCCESS', 's', 'successS'));
      figures.push(figure('CPU a task', 'ms', 'cpuMs'));
    }
    return figures;
  } finally {
    await service.stop();
  }
};
