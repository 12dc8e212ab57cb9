/** CPU of `POST /sync/` about ten hot caches that have not changed, compared with that of one such read. */

import { inTurn, median } from '../../harness/statistics.ts';
import { measure } from '../load/measure.ts';
import { hotRead } from '../operations/read.ts';
import { hotQuestion } from '../operations/sync-caches.ts';
import { onService } from './part.ts';

export const syncHot = onService(async (service, { origin }, plan) => {
  const staged = { service, originUrl: origin.url };
  const requests = { read: await hotRead(staged), question: await hotQuestion(staged) };
  const cpuOf = async (prepared: (typeof requests)['read']) => {
    const { connections, seconds, patienceS } = plan;
    const target = { url: service.url, pids: service.pids, ...prepared };
    const { cpuMs, errors, firstFault } = await measure(target, { connections: connections[0], seconds, patienceS });
    if (errors > 0 || firstFault !== null) throw new Error(firstFault ?? `${errors} requests failed`);
    return cpuMs;
  };
  // The first round warms up.
  const [, ...rounds] = await inTurn(requests, plan.rounds + 1, cpuOf, ({ read, question }) =>
    plan.tell(`10 hot caches: ${question.toFixed(2)} ms of CPU, one read ${read.toFixed(2)} ms`),
  );
  const what = 'sync of 10 hot caches, all 304';
  return [
    {
      what: `${what}: CPU, compared with a 304`,
      value: median(rounds.map(({ read, question }) => question / read)),
      ...{ unit: 'x', most: 2.5 },
    },
    {
      what: `${what}: CPU a question`,
      value: median(rounds.map(({ question }) => question)),
      ...{ unit: 'ms', most: null },
    },
  ];
});
