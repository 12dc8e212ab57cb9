/** A part of `npm run bench` that is no operation beside its floor: some figures, each with what is aimed at. */

import type { Plan, Setting } from '../compare.ts';
import type { OriginProcess } from '../origin-process.ts';

/** One figure. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  /** The most that it is to be; null: it is only reported. */
  most: number | null;
}

/** Measures its figures. */
export type Part = (setting: Setting, plan: Plan, origin: OriginProcess) => Promise<Figure[]>;
