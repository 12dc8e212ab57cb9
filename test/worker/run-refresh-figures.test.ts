/** The figure `load`: what an operator learns of each load (src/metrics.ts). */
import { expect, it } from 'vitest';
import type { Metrics } from '../../src/metrics.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { Refreshed, services } from '../support/refreshes.ts';

const TABLES = [{ name: 't', rows: '', columns: ['a'] }];

/** Metrics that note the loads, without how long they took. */
function noted() {
  const loads: Record<string, unknown>[] = [];
  const metrics: Metrics = {
    write(figure, labels, values) {
      const { ms = 0, ...rest } = values as Readonly<Record<string, number>>;
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

it('reports a load whose commit nobody answered', async () => {
  const cache = await Refreshed.define();
  const { metrics, loads } = noted();
  await cache.origin.answer({ body: 'one' });
  const silent = { ...services.objects, commit: () => Promise.reject(new Error('nobody there')) };
  await cache.refresh({ metrics, objects: silent });
  expect(loads).toMatchObject([{ outcome: 'unanswered', bytes: 3 }]);
});

it('tells how many rows moved between pages, of a load that takes them so', async () => {
  const pages = { next: '/next', total: '/n', drift: 'keep' } as const;
  const tables = [{ name: 't', rows: '/value', columns: ['a'], key: ['a'] }];
  const cache = await Refreshed.define({ tables, origin: { pages } });
  const { metrics, loads } = noted();
  const page = (n: number, a: number[], next?: string): OriginAnswer => ({
    body: JSON.stringify({ n, next, value: a.map((one) => ({ a: one })) }),
  });
  await cache.origin.answer({ ...page(9, [1, 2, 3], '?p=2'), next: page(9, [2, 3, 4]) });
  await cache.refresh({ metrics });
  expect(loads.filter(({ figure }) => figure === 'drift')).toEqual([
    { figure: 'drift', resource: cache.title, repeated_rows: 2, rows_off_count: 3 },
  ]);
  await cache.origin.answer({ ...page(4, [1, 2], '?p=2'), next: page(4, [3, 4]) });
  await cache.refresh({ metrics });
  expect(loads.map(({ figure }) => figure)).toEqual(['drift', 'load', 'load']);
});
