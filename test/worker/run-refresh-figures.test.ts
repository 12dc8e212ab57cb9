/** The figure `load`: what an operator is told of each load (src/metrics.ts). */
import { expect, it } from 'vitest';
import type { Metrics } from '../../src/metrics.ts';
import { Refreshed, services } from '../support/refreshes.ts';

const TABLES = [{ name: 't', rows: '', columns: ['a'] }];

/** Metrics that note the loads, without how long they took. */
function noted() {
  const loads: Record<string, unknown>[] = [];
  const metrics: Metrics = {
    write(figure, labels, values) {
      const { ms, ...rest } = values as Readonly<Record<string, number>>;
      expect(ms).toBeGreaterThanOrEqual(0);
      loads.push({ figure, ...labels, ...rest });
    },
  };
  return { metrics, loads };
}

it('tells bytes and rows of a load that changed something, then that one changed nothing', async () => {
  const cache = await Refreshed.define({ tables: TABLES });
  const { metrics, loads } = noted();
  const common = { figure: 'load', resource: cache.title, attempt: 1 };
  await cache.origin.answerJson([{ a: 1 }, { a: 2 }]);
  const { entry } = await cache.refresh({ metrics });
  await cache.refresh({ metrics });
  await cache.origin.answerJson([{ a: 1 }, { a: 3 }]);
  const { entry: later } = await cache.refresh({ metrics });
  expect(loads).toEqual([
    { ...common, outcome: 'changed', bytes: entry?.loaded?.bytes, rows_changed: 2 },
    { ...common, outcome: 'same', bytes: 0, rows_changed: 0 },
    { ...common, outcome: 'changed', bytes: later?.loaded?.bytes, rows_changed: 2 },
  ]);
});

it('tells by its code why a load failed, and which attempt it was', async () => {
  const cache = await Refreshed.define({ retry: { max_attempts: 1, backoff_s: 0 } });
  const { metrics, loads } = noted();
  await cache.origin.answer({ status: 404 });
  await cache.refresh({ metrics });
  const failed = { figure: 'load', resource: cache.title, attempt: 1, bytes: 0, rows_changed: 0 };
  expect(loads).toEqual([{ ...failed, outcome: 'origin-status' }]);
});

it('tells of a load whose commit nobody answered', async () => {
  const cache = await Refreshed.define();
  const { metrics, loads } = noted();
  await cache.origin.answer({ body: 'one' });
  const silent = { ...services.objects, commit: () => Promise.reject(new Error('nobody there')) };
  await cache.refresh({ metrics, objects: silent });
  expect(loads).toMatchObject([{ outcome: 'unanswered', bytes: 3 }]);
});
