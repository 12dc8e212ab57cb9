/**
 * Figures for the operator, written to the platform's Analytics Engine. A write costs no call, and a failed write fails
 * nothing. docs/operations.md says how to query them, and names columns by the order below.
 */

import { log } from './log.ts';

/** Every figure: its labels (blob2, blob3, … ; blob1 and index1 are the figure's name) and its values (double1, …). */
export const FIGURES = {
  /** Requests of a route, many in one point: how many, their time to the headers, bytes announced by Content-Length. */
  request: { labels: ['route', 'method', 'status'], values: ['count', 'total_ms', 'longest_ms', 'bytes'] },
  /** A request that a rate limit refused. */
  rate_limited: { labels: ['limit'], values: [] },
  /**
   * No room to hold a request: for one user (`user`) or in the whole isolate (`isolate`). Written at most once a minute
   * each.
   */
  not_held: { labels: ['bound'], values: [] },
  /** One load. `outcome`: changed, same, settling, stale_lease, unavailable, unanswered, or the code of its failure. */
  load: { labels: ['resource', 'outcome'], values: ['ms', 'bytes', 'rows_changed', 'attempt'] },
  /**
   * A load that was committed although rows moved between its pages (`drift: "keep"`): how many rows came twice, and by
   * how many rows the origin's count differs.
   */
  drift: { labels: ['resource'], values: ['repeated_rows', 'rows_off_count'] },
  /** One batch of a queue. The lag is counted from the sending, of messages that are delivered for the first time. */
  batch: { labels: ['queue'], values: ['messages', 'repeated', 'longest_lag_ms'] },
  /** One batch of the sync queue, as it was written to D1. */
  sync: { labels: [], values: ['records', 'reads'] },
  /** New devices that were not recorded: their users already have MAX_DEVICES_PER_USER that were seen recently. */
  devices_refused: { labels: [], values: ['devices'] },
  /** One delivery to a webhook. `outcome`: taken, the status of the answer, unreached, disabled. `late_ms`: since the event. */
  webhook: { labels: ['webhook', 'outcome'], values: ['ms', 'late_ms'] },
} as const;

export type Figure = keyof typeof FIGURES;

/** What a chart shows of each figure: the number of points, the sum of a value, or the largest value. */
export const MEASURES: Readonly<
  Record<
    Figure,
    { of: 'count' | 'sum'; value: string | null; unit: 'count' } | { of: 'max'; value: string; unit: 'ms' }
  >
> = {
  request: { of: 'sum', value: 'count', unit: 'count' },
  rate_limited: { of: 'count', value: null, unit: 'count' },
  not_held: { of: 'count', value: null, unit: 'count' },
  load: { of: 'count', value: null, unit: 'count' },
  drift: { of: 'count', value: null, unit: 'count' },
  batch: { of: 'max', value: 'longest_lag_ms', unit: 'ms' },
  sync: { of: 'sum', value: 'records', unit: 'count' },
  devices_refused: { of: 'sum', value: 'devices', unit: 'count' },
  webhook: { of: 'count', value: null, unit: 'count' },
};
export type Labels<F extends Figure> = Readonly<Record<(typeof FIGURES)[F]['labels'][number], string>>;
export type Values<F extends Figure> = Readonly<Record<(typeof FIGURES)[F]['values'][number], number>>;

export interface Metrics {
  /** Writes a point. Never throws. */
  write<F extends Figure>(figure: F, labels: Labels<F>, values: Values<F>): void;
}

/** For a service without Analytics Engine: writes nothing. */
export const noMetrics: Metrics = { write: () => {} };

/** Writes figures to a dataset; without a dataset, writes nothing. */
export function datasetMetrics(dataset: AnalyticsEngineDataset | undefined): Metrics {
  if (dataset === undefined) return noMetrics;
  return {
    write(figure, labels, values) {
      try {
        dataset.writeDataPoint(pointOf(figure, labels, values));
      } catch (error) {
        log('warn', 'metrics.not_written', { figure, error });
      }
    },
  };
}

/** Writes each figure to both places. */
export function bothMetrics(one: Metrics, other: Metrics): Metrics {
  return {
    write(figure, labels, values) {
      one.write(figure, labels, values);
      other.write(figure, labels, values);
    },
  };
}

/** A point's columns, in the order of FIGURES. */
function pointOf<F extends Figure>(figure: F, labels: Labels<F>, values: Values<F>): AnalyticsEngineDataPoint {
  const { labels: labelNames, values: valueNames } = FIGURES[figure];
  const label = labels as Readonly<Record<string, string>>;
  const value = values as Readonly<Record<string, number>>;
  return {
    indexes: [figure],
    blobs: [figure, ...labelNames.map((name) => label[name] ?? '')],
    doubles: valueNames.map((name) => value[name] ?? 0),
  };
}
