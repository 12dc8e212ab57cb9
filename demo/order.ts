/** The body of `POST /control`. */

import * as v from 'valibot';
import { BehaviourChange } from './behaviour.ts';
import { endpoints } from './endpoints.ts';

const isOfRows = (path: string) => URL.canParse(path, BASE) && endpoints[new URL(path, BASE).pathname]?.select != null;
const BASE = 'http://origin';

export const Order = v.strictObject({
  ...BehaviourChange.entries,
  /** Changes this number of rows once, as somebody in the office would: the next of those for this path and query. */
  edit: v.optional(
    v.strictObject({
      path: v.pipe(v.string(), v.check(isOfRows, 'names no rows')),
      rows: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    }),
  ),
});
export type Edit = NonNullable<v.InferOutput<typeof Order>['edit']>;
