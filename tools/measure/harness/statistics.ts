/** Medians and quartiles of a few measurements. */

/** Quarter, half and three quarters of the values are at most this. */
export interface Quartiles {
  lower: number;
  median: number;
  upper: number;
}

/** The quartiles of the values, between neighbours in proportion; at least one value. */
export function quartiles(values: readonly number[]): Quartiles {
  return { lower: quantile(values, 0.25), median: quantile(values, 0.5), upper: quantile(values, 0.75) };
}

/** The median of the values; at least one. */
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
