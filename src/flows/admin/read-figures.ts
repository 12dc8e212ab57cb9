/** Figures of the service as series (CONTRACT 4). */

import { type FigureAnswer, type FigureQuestion, MAX_SERIES } from '../../contract/figures.ts';
import { Problem } from '../../contract/problem.ts';
import { type Figure, MEASURES } from '../../metrics.ts';
import type { Services } from '../services.ts';

/**
 * Returns the series of a figure, largest first.
 *
 * @throws Problem `not-set-up` if there is no way to read figures, `overloaded`
 */
export async function readFigures(
  { figures }: Pick<Services, 'figures'>,
  question: FigureQuestion,
): Promise<FigureAnswer> {
  if (figures === null) {
    throw new Problem(
      'not-set-up',
      'This service cannot read its figures: it has no Analytics SQL binding. docs/operations.md says how to add it.',
    );
  }
  const { unit, of } = MEASURES[question.figure as Figure];
  const { rows, cut } = await figures.read(question);
  const weight = (points: readonly [number, number][]) =>
    points.reduce((sum, [, value]) => (of === 'max' ? Math.max(sum, value) : sum + value), 0);
  const byLabel = Map.groupBy(rows, ({ label }) => label);
  const all = Array.from(byLabel, ([label, points]) => ({
    label,
    points: points.map(({ at, value }): [number, number] => [at, value]).sort(([one], [other]) => one - other),
  })).toSorted((one, other) => weight(other.points) - weight(one.points) || (one.label < other.label ? -1 : 1));
  return { unit, series: all.slice(0, MAX_SERIES), cut: cut || all.length > MAX_SERIES };
}
