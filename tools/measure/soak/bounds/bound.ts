/** A measurement of what requests hold. */

/** The figures of a run; each name contains the unit. */
export type Figures = Record<string, number>;

/** One measurement. */
export interface Bound {
  /** What is done, for the table's heading. */
  title: string;
  /** Measures it on its own service, built as `script`. */
  measure(script: string): Promise<Figures>;
}
