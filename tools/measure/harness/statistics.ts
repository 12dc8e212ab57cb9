/** Medians and quartiles of a few measurements. */

/** A quarter, half and three quarters of the values are at most this. */
export interface Quartiles {
  lower: number;
  median: number;
  upper: number;
}

/** The quartiles of at least one value, interpolated between neighbours. */
export function quartiles(values: readonly number[]): Quartiles {
  return { lower: quantile(values, 0.25), median: quantile(values, 0.5), upper: quantile(values, 0.75) };
}

/** The median of at least one value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** The median of each figure over measurements with the same figures; at least one measurement. */
export function medians<Figures extends Readonly<Record<keyof Figures, number>>>(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, median(all.map((one) => one[name]))])) as Figures;
}

/**
 * Measures several targets in turn, round by round, so that changes of the machine over time affect all of them. Each
 * round begins with another target.
 *
 * @returns each round, by the names of the targets
 */
export async function inTurn<Name extends string, Target, Result>(
  targets: Readonly<Record<Name, Target>>,
  rounds: number,
  measure: (target: Target, name: Name) => Promise<Result>,
  tell: (round: Record<Name, Result>, number: number) => void = () => undefined,
): Promise<Record<Name, Result>[]> {
  const names = Object.keys(targets) as Name[];
  const all: Record<Name, Result>[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const results: Partial<Record<Name, Result>> = {};
    const first = at % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      results[name] = await measure(targets[name], name);
    }
    all.push(results as Record<Name, Result>);
    tell(results as Record<Name, Result>, at + 1);
  }
  return all;
}
