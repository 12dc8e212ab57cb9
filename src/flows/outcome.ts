/** What has come of one of several things, where a failure of one must not be that of the others. */

/** A value, or what was thrown in its stead. */
export type Outcome<Value> = { value: Value } | { error: unknown };

/** What the work gives or throws. */
export async function attempt<Value>(work: Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}
