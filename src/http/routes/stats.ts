/** `GET /stats/`: figures of the service over time (CONTRACT 4). */

import * as v from 'valibot';
import { describe, NOT_MODIFIED } from '#describe';
import { about } from '../../contract/about.ts';
import { FigureAnswer, type FigureQuestion, MAX_POINTS } from '../../contract/figures.ts';
import { invalidParameters } from '../../core/input-faults.ts';
import { readFigures } from '../../flows/admin/read-figures.ts';
import { FIGURES, type Figure } from '../../metrics.ts';
import { factory } from '../factory.ts';
import { protectAdministration } from '../identity.ts';
import { Moment, query, wholeNumber } from '../input.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

const HOUR_MS = 3_600_000;
/** Times are rounded to this, ms, so that people who look at the same figure send the same query. */
const ROUNDED_MS = 30_000;
const NAMES = Object.keys(FIGURES) as [Figure, ...Figure[]];

const StatsQuery = v.strictObject({
  figure: about(v.picklist(NAMES), 'Which figure: docs/operations.md explains each.'),
  by: about(
    v.optional(v.string()),
    'Label by which to split the figure into series. Default: one series of the total.',
  ),
  from: about(v.optional(Moment), 'Start; RFC 3339. Default: an hour before `to`.'),
  to: about(v.optional(Moment), 'End; RFC 3339. Default: now.'),
  step: wholeNumber({ min: 60, max: 86_400, usual: 300 }, 'How much time one point covers, seconds.'),
});

export const stats = factory.createApp();

stats.use('/stats', methods('GET', 'HEAD', 'OPTIONS'), protectAdministration());
stats.get(
  '/stats',
  describe({
    id: 'getStats',
    tag: 'Administration',
    summary: 'A figure of the service over time',
    scope: 'cache:inspect',
    answers: { 200: { description: 'Its series.', schema: FigureAnswer, headers: ['ETag'] }, 304: NOT_MODIFIED },
    problems: ['not-set-up'],
  }),
  query(StatsQuery),
  async (c) => replyJson(c, await readFigures(c.get('services'), questionOf(c.req.valid('query'), Date.now()))),
);

/** @throws Problem `invalid-parameters` */
function questionOf(asked: v.InferOutput<typeof StatsQuery>, now: number): FigureQuestion {
  const { figure, by = null, step } = asked;
  const to = rounded(asked.to === undefined ? now + ROUNDED_MS : Date.parse(asked.to));
  const from = asked.from === undefined ? to - HOUR_MS : rounded(Date.parse(asked.from));
  const labels: readonly string[] = FIGURES[figure].labels;
  const faults = [];
  if (by !== null && !labels.includes(by)) {
    const detail =
      labels.length === 0
        ? `must be left out: ${figure} has no labels`
        : `must be one of ${labels.map((name) => `"${name}"`).join(', ')}`;
    faults.push({ pointer: '/by', detail });
  }
  if (from >= to) faults.push({ pointer: '/from', detail: 'must be before "to", which is now if left out' });
  if ((to - from) / (step * 1000) > MAX_POINTS) {
    faults.push({ pointer: '/step', detail: `must be longer: a series has at most ${MAX_POINTS} points` });
  }
  if (faults.length > 0) throw invalidParameters(faults);
  return { figure, by, from, to, stepMs: step * 1000 };
}

function rounded(ms: number): number {
  return ms - (ms % ROUNDED_MS);
}
