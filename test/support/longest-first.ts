/** The order in which files of tests begin. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take the most CPU, in the usual form or in the long one. Begun last, such a file would go on alone while a core has
 * nothing to do: Vitest itself begins with those that are large or took long here before.
 */
export const LONGEST: readonly string[] = [
  'test/property/task-machine-explorer.test.ts',
  'test/worker/live-race.test.ts',
  'test/worker/faults/store-faults.test.ts',
  'client/test/unit/core/model.test.ts',
  'test/worker/sync-herd.test.ts',
  'test/worker/attacks/fuzz.test.ts',
  'test/worker/faults/object-model.test.ts',
  'test/worker/faults/origin-campaign.test.ts',
  'test/worker/run-refresh-recipes.test.ts',
  'test/e2e/start.test.ts',
  'test/e2e/lifecycle.test.ts',
  'test/e2e/kill.test.ts',
  'console/test/screens.test.ts',
  'console/test/states.test.ts',
  'console/test/expired-actions.test.ts',
  'client/test/browser/tabs.test.ts',
  'client/test/browser/network.test.ts',
];

/** Vitest's own order, but for the longest files, which come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
