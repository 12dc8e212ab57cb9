/** Values that several answers have. */

import * as v from 'valibot';
import { about } from './about.ts';

/** A whole number in these bounds. */
export const integer = (min: number, max: number) =>
  v.pipe(v.number(), v.integer('must be an integer'), v.minValue(min), v.maxValue(max));

/** A count, a version or a number of bytes. */
export const Whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Name -> value of the parameters of a cache. */
export const ParameterValues = about(
  v.record(v.string(), v.unknown()),
  'Name of each parameter, and its value. Those that name a cache include the defaults.',
);

/** What a PUT took and advises against. */
export const Warnings = about(
  v.optional(v.array(v.string())),
  'What was taken, and will not work as it stands: secrets that are not set. In answers to PUT alone. Left out: nothing.',
);
