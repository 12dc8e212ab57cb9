/** Results of several pieces of work, where a failure of one must not fail the others. */

/** A value, or the error that was thrown instead. */
export type Outcome<Value> = { value: Value } | { error: unknown };

/** Returns what the work returns or throws. */
export async function attempt<Value>(work: Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}
