/** A part of `npm run bench`: some figures, each with its target. */

import { LocalWorker } from '../../harness/local-worker.ts';
import { inTurn, median } from '../../harness/statistics.ts';
import type { Plan } from '../compare.ts';
import type { Pair, Setting } from '../setting.ts';

/** One figure. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  /** The largest acceptable value; null: it is only reported. */
  most: number | null;
}

/** Measures its figures. */
export type Part = (setting: Setting, plan: Plan) => Promise<Figure[]>;

/** The answer to a refresh comes as soon as its task has ended. */
const HELD = { REFRESH_WAIT_MS: '30000' };

/** A part that measures one service, which has the origin of all. */
export function onService(measure: (service: LocalWorker, setting: Setting, plan: Plan) => Promise<Figure[]>): Part {
  return async (setting, plan) => {
    const service = await LocalWorker.start({ script: setting.service, vars: HELD });
    try {
      return await measure(service, setting, plan);
    } finally {
      await service.stop();
    }
  };
}

/** A result of the service and of its floor in the same round. */
type Both<Result> = Record<'floor' | 'service', Result>;

/** Measures both Workers in turn, round by round; `shown` describes a round in short. */
export function bothInTurn<Result>(
  { floor, service }: Pair,
  { rounds, tell }: Plan,
  measure: (worker: Pair['service'], side: keyof Both<Result>) => Promise<Result>,
  shown: (both: Both<Result>) => string,
): Promise<Both<Result>[]> {
  return inTurn({ floor, service }, rounds, measure, (both, round) => tell(`round ${round}: ${shown(both)}`));
}

/** The figure of the service, and that of its floor. */
export function bothFigures<Result>(
  what: string,
  rounds: readonly Both<Result>[],
  value: (result: Result) => number,
  { unit, most = null }: { unit: string; most?: number | null },
): Figure[] {
  return [
    { what, value: median(rounds.map(({ service }) => value(service))), unit, most },
    { what: `${what}, floor`, value: median(rounds.map(({ floor }) => value(floor))), unit, most: null },
  ];
}
