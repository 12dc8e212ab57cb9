/** The order in which test files start. */

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that need the most CPU, in the short or the long form. If such a file started last, it would run alone
 * while other cores are
 * idle. Vitest itself starts with files that are large or took long before.
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

/** Vitest's own order, except that the longest files come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
