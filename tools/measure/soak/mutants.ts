/**
 * Rules that are removed one at a time: of the pure machine and its surroundings (the explorer), and around the real
 * object (its model).
 */

import { explore } from '../../../test/support/task-machine/explore.ts';
import { MUTANTS } from '../../../test/support/task-machine/mutants.ts';
import { runTests } from '../harness/vitest.ts';

/** One rule, and the promise that was broken without it; null: none was. */
export interface MutantRow {
  rule: string;
  /** The words of docs/design.md that are marked [M] for it. */
  marked: string | null;
  explorer: string | null;
  /** Absent: not tried there. */
  object?: string | null;
}

const OBJECT_MODEL = 'test/worker/faults/object-model.test.ts';

/** Removes each rule. `tables`: other reports of the object's model. */
export function runMutants(): { rows: MutantRow[]; tables: Map<string, object[]>; passed: boolean } {
  const { tables, passed } = runTests(['--project', 'object', OBJECT_MODEL]);
  const found = (tables.get('object-mutants') ?? []) as { rule: string; found: string | null }[];
  const inObject = new Map(found.map((row) => [row.rule, row.found]));
  const rows = MUTANTS.map(({ rule, marked, scenario, rules }): MutantRow => {
    const explorer = explore(scenario, rules).violation?.rule ?? null;
    const object = inObject.get(rule);
    return { rule, marked: marked ?? null, explorer, ...(object === undefined ? {} : { object }) };
  });
  const areFound = rows.every(({ explorer, object }) => explorer !== null && object !== null);
  return { rows, tables, passed: passed && areFound };
}
