/** 500 refreshes of 135 kB until SUCCESS, with an origin that answers at once and one that takes 100 ms. */

import { medians } from '../../harness/statistics.ts';
import { define } from '../operations/stage.ts';
import { type Succeeded, succeed, TASKS, TITLES } from '../success.ts';
import { type Figure, onService } from './part.ts';

export const success = onService(async (service, { origin }, { rounds, patienceS, tell }) => {
  const figures: Figure[] = [];
  for (const [title, remark] of Object.entries(TITLES)) {
    await define({ service, originUrl: origin.url }, title);
    const all: Succeeded[] = [];
    const what = `${TASKS} refreshes${remark}`;
    for (let round = 1; round <= rounds; round += 1) {
      const run = await succeed(service, title, patienceS);
      tell(`${what}, round ${round}: ${run.successS.toFixed(2)} s`);
      all.push(run);
    }
    const { acceptedS, successS, cpuMs } = medians(all);
    figures.push(
      { what: `${what}: all accepted`, value: acceptedS, unit: 's', most: null },
      { what: `${what}: all SUCCESS`, value: successS, unit: 's', most: null },
      { what: `${what}: CPU a task`, value: cpuMs, unit: 'ms', most: null },
    );
  }
  return figures;
});
