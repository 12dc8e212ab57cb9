/** Values that occur in several answers. */

import * as v from 'valibot';
import { about } from './about.ts';

/** A whole number within these bounds. */
export const integer = (min: number, max: number) =>
  v.pipe(v.number(), v.integer('must be an integer'), v.minValue(min), v.maxValue(max));

/** A count, a version or a number of bytes. */
export const Whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The parameters of a cache by name. */
export const ParameterValues = about(
  v.record(v.string(), v.unknown()),
  'The value of each parameter, by name. In answers, defaults are included.',
);

/** Advice of an accepted PUT. */
export const Warnings = about(
  v.optional(v.array(v.string())),
  'Faults that do not prevent the PUT but will fail requests: secrets that are not set. Only in answers to PUT. Left out: none.',
);
