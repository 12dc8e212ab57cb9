/** A part of `npm run bench` that does not compare an operation with its floor: some figures, each with its target. */

import { LocalWorker } from '../../harness/local-worker.ts';
import type { Plan } from '../compare.ts';
import type { Setting } from '../setting.ts';

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
