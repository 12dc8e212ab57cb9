/** Values that several answers have. */

import * as v from 'valibot';
import { about } from './about.ts';

/** A count, a version or a number of bytes. */
export const Whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Name -> value of the parameters of a cache. */
export const ParameterValues = about(
  v.record(v.string(), v.unknown()),
  'Name of each parameter, and its value. Those that name a cache include the defaults.',
);
