/** `GET /stats/`: figures of the service over time (CONTRACT 4). The platform's SQL binding has no local form: what it is asked is held here. */

import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { FigureAnswer } from '../../src/contract/figures.ts';
import { makeServices } from '../../src/services.ts';
import { faultsOf } from '../support/admin.ts';
import { sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { bearer } from '../support/token.ts';

type Row = { t: number | string; label: string; n: number | string };

const ask = async (query: string, settings: Record<string, unknown> = {}) =>
  sendUnder(settings, `/api/v1/stats/?${query}`, { headers: await bearer({ user: 'ida', scope: 'cache:inspect' }) });

/** A binding that answers with these rows, and what it was asked. */
function binding(rows: Row[] | Error) {
  const asked: { query: string; params: unknown }[] = [];
  const ANALYTICS_SQL = {
    query: async (request: { query: string; params: unknown }) => {
      asked.push(request);
      if (rows instanceof Error) throw rows;
      return { data: rows, rows: rows.length, statistics: {} };
    },
  };
  // Of its own, so that no answer at the edge is another test's.
  return { asked, settings: { ANALYTICS_SQL, FIGURES_DATASET: unique('set') } };
}
const HOUR = 'from=2026-11-23T12:00:00Z&to=2026-11-23T13:00:00Z';
const NOON_S = Date.parse('2026-11-23T12:00:00Z') / 1000;

describe('figures by the SQL binding', () => {
  it('are asked for by a fixed statement, with the times as parameters', async () => {
    const { asked, settings } = binding([]);
    expect(await (await ask(`figure=load&by=outcome&step=300&${HOUR}`, settings)).json()).toEqual({
      unit: 'count',
      series: [],
      cut: false,
    });
    expect(asked).toEqual([
      {
        query: `SELECT toUnixTimestamp(toStartOfInterval(timestamp, INTERVAL '300' SECOND)) AS t, blob3 AS label, COUNT(*) AS n
FROM events.analyticsEngine."${settings.FIGURES_DATASET}"
WHERE index1 = $figure AND timestamp >= $from AND timestamp < $to
GROUP BY t, label ORDER BY t LIMIT 10000`,
        params: { figure: 'load', from: '2026-11-23T12:00:00Z', to: '2026-11-23T13:00:00Z' },
      },
    ]);
  });

  it.each([
    ['request', 'status', 'blob4 AS label, SUM(double1) AS n'],
    ['batch', 'queue', 'blob2 AS label, APPROX_MAX(double3) AS n'],
    ['sync', '', "'' AS label, SUM(double1) AS n"],
    ['rate_limited', 'limit', 'blob2 AS label, COUNT(*) AS n'],
  ])('measure %s by the columns that it is written to', async (figure, by, columns) => {
    const { asked, settings } = binding([]);
    expect((await ask(`figure=${figure}${by && `&by=${by}`}`, settings)).status).toBe(200);
    expect(asked[0]?.query).toContain(columns);
  });

  it('are series, those with most first, each in order of time', async () => {
    const { settings } = binding([
      { t: NOON_S + 300, label: 'same', n: 2 },
      { t: String(NOON_S), label: 'changed', n: '3' },
      { t: NOON_S, label: 'same', n: 4 },
    ]);
    expect(await (await ask(`figure=load&by=outcome&${HOUR}`, settings)).json()).toEqual({
      unit: 'count',
      series: [
        {
          label: 'same',
          points: [
            [NOON_S * 1000, 4],
            [(NOON_S + 300) * 1000, 2],
          ],
        },
        { label: 'changed', points: [[NOON_S * 1000, 3]] },
      ],
      cut: false,
    });
  });

  it('are cut to the 50 series with most', async () => {
    const { settings } = binding(Array.from({ length: 60 }, (_, n) => ({ t: NOON_S, label: `r${n}`, n })));
    const { series, cut } = await (await ask(`figure=load&by=resource&${HOUR}`, settings)).json<FigureAnswer>();
    expect([series.length, series[0]?.label, series.at(-1)?.label, cut]).toEqual([50, 'r59', 'r10', true]);
  });

  it('are kept at the edge for a while: the same question is not asked again', async () => {
    const { asked, settings } = binding([{ t: NOON_S, label: '', n: 1 }]);
    const first = await (await ask(`figure=load&${HOUR}`, settings)).json();
    expect(await (await ask('figure=load&from=2026-11-23T12:00:10Z&to=2026-11-23T13:00:29Z', settings)).json()).toEqual(
      first,
    );
    expect(asked).toHaveLength(1);
    await ask(`figure=load&step=600&${HOUR}`, settings);
    expect(asked).toHaveLength(2);
  });

  it('that cannot be read are 503, and are not kept', async () => {
    const { asked, settings } = binding(new Error('too many queries'));
    const answer = await ask(`figure=load&${HOUR}`, settings);
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, expect.any(String)]);
    expect(await answer.text()).not.toContain('too many queries');
    await ask(`figure=load&${HOUR}`, settings);
    expect(asked).toHaveLength(2);
  });

  it('reach no statement by what a request says', async () => {
    const { asked, settings } = binding([]);
    for (const [query, fault] of [
      ["figure=load'--", '/figure must be one of'],
      ['figure=load&by=blob9', '/by must be one of "resource", "outcome"'],
      ['figure=sync&by=x', '/by must be left out: sync has no labels'],
      ['figure=load&step=5', '/step must be at least 60'],
      ["figure=load&step=60'", '/step must be a whole number'],
      ['figure=load&from=now', '/from must be a time'],
      [
        'figure=load&from=2026-11-23T13:00:00Z&to=2026-11-23T13:00:00Z',
        '/from must be before "to", which is now if left out',
      ],
      ['figure=load&from=2026-01-01T00:00:00Z&to=2026-11-23T13:00:00Z', '/step must be longer'],
      ['figure=load&sql=x', '/sql is not known here; known are "figure", "by", "from", "to", "step"'],
    ] as const) {
      expect((await faultsOf(await ask(query, settings)))[0]).toContain(fault);
    }
    expect(asked).toEqual([]);
  });

  it('need a dataset with a name that can stand in a statement', async () => {
    const { settings } = binding([]);
    const answer = await ask('figure=load', { ...settings, FIGURES_DATASET: 'x" y' });
    expect(await answer.json()).toMatchObject({ status: 500, type: '/docs/problems#misconfigured' });
  });
});

it('without a binding and without KEEP_FIGURES figures are 501, with a problem of its own', async () => {
  const answer = await ask('figure=load');
  expect(answer.status).toBe(501);
  expect(await answer.json()).toMatchObject({ type: '/docs/problems#not-set-up', status: 501 });
});

it('KEEP_FIGURES tells what this isolate has written in the last hour', async () => {
  const settings = { KEEP_FIGURES: 'on' };
  const limit = unique('limit');
  const { metrics } = makeServices({ ...env, ...settings } as Env, () => {});
  metrics.write('rate_limited', { limit }, {});
  metrics.write('rate_limited', { limit }, {});
  const { series } = await (await ask('figure=rate_limited&by=limit', settings)).json<FigureAnswer>();
  expect(series.find(({ label }) => label === limit)?.points).toEqual([[expect.any(Number), 2]]);
});
