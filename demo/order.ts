/** What `POST /control` takes. */

import * as v from 'valibot';
import { BehaviourChange } from './behaviour.ts';
import { endpoints } from './endpoints.ts';

const isOfRows = (path: string) => URL.canParse(path, BASE) && endpoints[new URL(path, BASE).pathname]?.select != null;
const BASE = 'http://origin';

export const Order = v.strictObject({
  ...BehaviourChange.entries,
  /** Rows that somebody in the office changes now, once: the next of those that this path and query select. */
  edit: v.optional(
    v.strictObject({
      path: v.pipe(v.string(), v.check(isOfRows, 'names no rows')),
      rows: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    }),
  ),
});
export type Edit = NonNullable<v.InferOutput<typeof Order>['edit']>;
