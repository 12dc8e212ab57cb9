/** Figures that the isolate keeps (KEEP_FIGURES), as charts show them. */
import { describe, expect, it } from 'vitest';
import { keptFigures } from '../../src/kept-figures.ts';

const MINUTE_MS = 60_000;
/** A moment at which a minute, an hour and a day begin, ms. */
const NOON = Date.parse('2026-11-23T12:00:00Z');
const load = (outcome: string) =>
  [
    { resource: 'cars', outcome },
    { ms: 1, bytes: 2, rows_changed: 3, attempt: 1 },
  ] as const;

function clocked() {
  let now = NOON;
  const figures = keptFigures(() => now);
  const read = async (more: Partial<Parameters<typeof figures.read>[0]> = {}) => {
    const question = {
      figure: 'load',
      by: null,
      from: NOON,
      to: NOON + 60 * MINUTE_MS,
      stepMs: 5 * MINUTE_MS,
      ...more,
    };
    const { rows } = await figures.read(question);
    return rows.map(({ at, label, value }) => [(at - NOON) / MINUTE_MS, label, value]);
  };
  const pass = (minutes: number) => {
    now += minutes * MINUTE_MS;
  };
  return { figures, read, pass };
}

describe('kept figures', () => {
  it('are counted by step, of all or by a label', async () => {
    const { figures, read, pass } = clocked();
    figures.write('load', ...load('changed'));
    pass(4);
    figures.write('load', ...load('same'));
    figures.write('load', ...load('changed'));
    pass(1);
    figures.write('load', ...load('changed'));
    expect(await read()).toEqual([
      [0, '', 3],
      [5, '', 1],
    ]);
    expect(await read({ by: 'outcome' })).toEqual([
      [0, 'changed', 2],
      [0, 'same', 1],
      [5, 'changed', 1],
    ]);
    expect(await read({ by: 'resource', stepMs: 60 * MINUTE_MS })).toEqual([[0, 'cars', 4]]);
    expect(await read({ from: NOON + 5 * MINUTE_MS })).toEqual([[5, '', 1]]);
    expect(await read({ to: NOON + 5 * MINUTE_MS })).toEqual([[0, '', 3]]);
    expect(await read({ figure: 'sync' })).toEqual([]);
  });

  it('are summed up or the largest, as the figure is measured', async () => {
    const { figures, read, pass } = clocked();
    const request = { total_ms: 9, longest_ms: 9, bytes: 9 };
    for (const count of [3, 4])
      figures.write('request', { route: '/', method: 'GET', status: '200' }, { ...request, count });
    const lag = (longest_lag_ms: number) =>
      figures.write('batch', { queue: 'refresh' }, { messages: 1, repeated: 0, longest_lag_ms });
    lag(70);
    lag(20);
    pass(1);
    lag(50);
    expect(await read({ figure: 'request', by: 'status' })).toEqual([[0, '200', 7]]);
    expect(await read({ figure: 'batch', by: 'queue' })).toEqual([[0, 'refresh', 70]]);
  });

  it('are forgotten after an hour, and bounded within a minute', async () => {
    const { figures, read, pass } = clocked();
    figures.write('load', ...load('changed'));
    for (let n = 0; n < 600; n++) figures.write('load', ...load(`o${n}`));
    expect((await read({ by: 'outcome' })).length).toBe(500);
    figures.write('load', ...load('changed'));
    expect((await read({ by: 'outcome' }))[0]).toEqual([0, 'changed', 2]);
    pass(60);
    figures.write('load', ...load('same'));
    expect(await read({ to: NOON + 120 * MINUTE_MS })).toEqual([[60, '', 1]]);
  });
});
