/**
 * Figures of the last hour in isolate memory (KEEP_FIGURES). They are for `npm start`, which has no Analytics Engine
 * and one isolate. A deployed service has many isolates, and each would return different figures.
 */

import type { FigureQuestion, FigureRow, Figures } from './contract/figures.ts';
import { FIGURES, type Figure, MEASURES, type Metrics } from './metrics.ts';

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 60;
/** Sets of labels that one minute keeps. Points with further sets are not counted. */
const MOST_SETS = 500;

interface Sum {
  figure: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Keeps figures and answers questions about them. `now`: clock, ms since the epoch. */
export function keptFigures(now: () => number = Date.now): Metrics & Figures {
  const minutes = new Map<number, Map<string, Sum>>();
  return {
    write(figure, labels, values) {
      const minute = Math.floor(now() / MINUTE_MS);
      for (const kept of minutes.keys()) if (kept <= minute - KEPT_MINUTES) minutes.delete(kept);
      const sums = minutes.get(minute) ?? new Map<string, Sum>();
      minutes.set(minute, sums);
      const id = JSON.stringify([figure, ...FIGURES[figure].labels.map((name) => (labels as Sum['labels'])[name])]);
      const sum = sums.get(id);
      if (sum === undefined && sums.size >= MOST_SETS) return;
      const value = measured(figure, values);
      sums.set(id, { figure, labels, value: sum === undefined ? value : combined(figure, sum.value, value) });
    },

    read: async (question) => ({ rows: rowsOf(minutes, question), cut: false }),
  };
}

function rowsOf(minutes: ReadonlyMap<number, ReadonlyMap<string, Sum>>, question: FigureQuestion): FigureRow[] {
  const { figure, by, from, to, stepMs } = question;
  const rows = new Map<string, FigureRow>();
  for (const [minute, sums] of minutes) {
    const at = minute * MINUTE_MS;
    if (at < from - (from % MINUTE_MS) || at >= to) continue;
    const step = at - (at % stepMs);
    for (const sum of sums.values()) {
      if (sum.figure !== figure) continue;
      const label = by === null ? '' : (sum.labels[by] ?? '');
      const id = `${step} ${label}`;
      const known = rows.get(id);
      const value = known === undefined ? sum.value : combined(figure as Figure, known.value, sum.value);
      rows.set(id, { at: step, label, value });
    }
  }
  return [...rows.values()];
}

function measured(figure: Figure, values: object): number {
  const { value } = MEASURES[figure];
  return value === null ? 1 : ((values as Readonly<Record<string, number>>)[value] ?? 0);
}

function combined(figure: Figure, one: number, other: number): number {
  return MEASURES[figure].of === 'max' ? Math.max(one, other) : one + other;
}

/** The figures of this isolate. */
export const figuresOfIsolate = keptFigures();
