/** How the demo origin misbehaves: set by the query of one request, or for all requests by `POST /control`. */

import * as v from 'valibot';

const number = (max: number) => v.pipe(v.number(), v.minValue(0), v.maxValue(max));

const Behaviour = v.strictObject({
  /** Delay before the answer, ms. */
  delay_ms: number(3_600_000),
  /** Answer with this status instead of data; 0: answer with data. */
  fail: v.pipe(number(599), v.integer()),
  /** Share of the requests that fail with 503, from 0 to 1. */
  fail_rate: number(1),
  /** Number of rows that change with each answer. */
  changes: v.pipe(number(1_000_000), v.integer()),
});
export type Behaviour = v.InferOutput<typeof Behaviour>;
/** The body of `POST /control`: any of the members. */
export const BehaviourChange = v.partial(Behaviour);

/** As slow as the systems that it stands for, and without faults. */
export const USUAL: Readonly<Behaviour> = { delay_ms: 150, fail: 0, fail_rate: 0, changes: 0 };

/** The behaviour for one request: its query overrides the standing behaviour. @throws v.ValiError */
export function behaviourOf(query: URLSearchParams, standing: Readonly<Behaviour>): Behaviour {
  const named = Object.keys(USUAL).filter((name) => query.has(name));
  const told = v.parse(BehaviourChange, Object.fromEntries(named.map((name) => [name, Number(query.get(name))])));
  return merge(standing, told);
}

/** The status to fail with, or null; `chance` is a number from 0 to 1. */
export function failureOf(behaviour: Behaviour, chance: number): number | null {
  if (behaviour.fail !== 0) return behaviour.fail;
  return chance < behaviour.fail_rate ? 503 : null;
}

/** `standing` with the members that a change names. */
export function merge(standing: Readonly<Behaviour>, change: v.InferOutput<typeof BehaviourChange>): Behaviour {
  return v.parse(Behaviour, { ...standing, ...change });
}
