/**
 * Reads figures from Analytics Engine through the Analytics SQL binding
 * (https://developers.cloudflare.com/analytics/sql-api/). Its SQL weights COUNT and SUM of sampled rows by itself, has
 * no exact MAX of them, and no parameters in intervals and limits.
 */

import type { FigureQuestion, FigureRow, Figures } from '../contract/figures.ts';
import { FIGURES, type Figure, MEASURES } from '../metrics.ts';
import { withTimeout } from '../waiting.ts';
import { type EdgeCache, edgeUrl } from './edge-cache.ts';
import { overloaded } from './overloaded.ts';

/** Most rows of an answer; each is a point of a series. */
const MAX_ROWS = 10_000;
const TIMEOUT_MS = 10_000;
/** How long a location keeps an answer, s. */
const KEPT_S = 30;
/** Number of the format of cached answers. */
const FORM = 1;

/** The used part of the binding. */
export type FiguresBinding = Pick<AnalyticsSQLBinding, 'query'>;

export interface SqlFiguresOptions {
  /** Name of the dataset that METRICS writes to. */
  dataset: string;
  edge: EdgeCache;
  waitUntil(work: Promise<unknown>): void;
}

/** @throws Problem `overloaded`, by `read`, when the binding does not answer */
export function sqlFigures(binding: FiguresBinding, { dataset, edge, waitUntil }: SqlFiguresOptions): Figures {
  return {
    async read(question) {
      const { figure, by, from, to, stepMs } = question;
      const url = edgeUrl('figures', FORM, dataset, figure, by ?? '', from, to, stepMs);
      const kept = await edge.match(url);
      if (kept !== null) return await kept.json();
      const { query, params } = statementOf(dataset, question);
      const rows = await ask(binding, query, params);
      const answer = { rows, cut: rows.length === MAX_ROWS };
      waitUntil(edge.put(url, JSON.stringify(answer), KEPT_S));
      return answer;
    },
  };
}

async function ask(
  binding: FiguresBinding,
  query: string,
  params: Readonly<Record<string, string>>,
): Promise<FigureRow[]> {
  try {
    const { data } = await withTimeout(
      binding.query<{ t: unknown; label: unknown; n: unknown }>({ query, params }),
      TIMEOUT_MS,
    );
    return data.map(({ t, label, n }) => ({ at: Number(t) * 1000, label: String(label), value: Number(n) }));
  } catch (cause) {
    throw overloaded('The figures cannot be read right now. Try again in a moment.', cause);
  }
}

/**
 * The statement for a question. Names come from our own tables and numbers are numbers: it contains no text of a
 * request.
 */
export function statementOf(
  dataset: string,
  { figure, by, from, to, stepMs }: FigureQuestion,
): { query: string; params: Record<string, string> } {
  const known = figure as Figure;
  const labels: readonly string[] = FIGURES[known].labels;
  const place = by === null ? -1 : labels.indexOf(by);
  const label = place < 0 ? "''" : `blob${place + 2}`;
  const query = `SELECT toUnixTimestamp(toStartOfInterval(timestamp, INTERVAL '${stepMs / 1000}' SECOND)) AS t, ${label} AS label, ${measureOf(known)} AS n
FROM events.analyticsEngine."${dataset}"
WHERE index1 = $figure AND timestamp >= $from AND timestamp < $to
GROUP BY t, label ORDER BY t LIMIT ${MAX_ROWS}`;
  return { query, params: { figure, from: seconds(from), to: seconds(to) } };
}

function measureOf(figure: Figure): string {
  const { of, value } = MEASURES[figure];
  if (value === null) return 'COUNT(*)';
  const values: readonly string[] = FIGURES[figure].values;
  const column = `double${values.indexOf(value) + 1}`;
  return of === 'max' ? `APPROX_MAX(${column})` : `SUM(${column})`;
}

/** The dialect has times in whole seconds. */
function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
