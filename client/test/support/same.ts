/** Comparing in the conformance suite, which also runs in browsers, where there is no test runner. */

/** @throws Error when two plain values differ; Blobs are compared by `plain` first. */
export function same(actual: unknown, expected: unknown, what = 'value'): void {
  const [is, should] = [text(actual), text(expected)];
  if (is !== should) throw new Error(`${what}: got ${is}, expected ${should}`);
}

/** @throws Error unless `promise` rejects with an error that has these members */
export async function rejects(promise: Promise<unknown>, expected: object): Promise<void> {
  const error = await promise.then(
    () => {
      throw new Error(`resolved, where ${text(expected)} was expected`);
    },
    (error: unknown) => error as Record<string, unknown>,
  );
  for (const [name, value] of Object.entries(expected)) same(error[name], value, `${name} of ${error}`);
}

/** JSON with the members in the order of their names, and `undefined` told from null. */
function text(value: unknown): string {
  return String(
    JSON.stringify(value, (_, member) => {
      if (member === undefined) return '<undefined>';
      if (member instanceof Map) return [...member].sort();
      if (member && typeof member === 'object' && !Array.isArray(member))
        return Object.fromEntries(Object.entries(member).sort());
      return member;
    }),
  );
}
