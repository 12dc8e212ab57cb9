/** Rules taken out, one at a time: of the pure machine and its surroundings (the explorer), and round the real object (its model). */

import { explore } from '../../../test/support/task-machine/explore.ts';
import { MUTANTS } from '../../../test/support/task-machine/mutants.ts';
import { runTests } from '../harness/vitest.ts';

/** One rule, and which promise was then seen broken; null: none was. */
export interface MutantRow {
  rule: string;
  /** The words of docs/design.md that are marked [M] for it. */
  marked: string | null;
  explorer: string | null;
  /** Absent: not tried there. */
  object?: string | null;
}

const OBJECT_MODEL = 'test/worker/faults/object-model.test.ts';

/** Takes each rule out. `tables`: what the model of the object reported besides. */
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
