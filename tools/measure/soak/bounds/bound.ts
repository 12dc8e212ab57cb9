/** A bound of what a request may hold or a user may use, as one run measures it. */

/** What a run found: numbers by their names, each of which says its unit. */
export type Figures = Record<string, number>;

/** One measurement. */
export interface Bound {
  /** What is done, as the table's heading says it. */
  title: string;
  /** Measures it on a service of its own, built as `script`. */
  measure(script: string): Promise<Figures>;
}
