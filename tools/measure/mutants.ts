/**
 * `npm run mutants`: removes each rule of the task machine and of its surroundings, and shows which promise is then
 * found broken. Exits with 1 if no promise breaks for some rule.
 */

import { readCommandLine } from '../../scripts/lib/command-line.ts';
import { runMutants } from './soak/mutants.ts';

readCommandLine(
  `Usage: npm run mutants
Removes each rule of the task machine, and shows which promise is then broken. Takes minutes. It has no options.`,
  {},
);

const { rows, passed } = runMutants();
for (const { rule, marked, explorer, object } of rows) {
  console.log(`\n${rule}${marked === null ? '' : `  [M] "${marked}"`}`);
  console.log(`  in the machine:     ${told(explorer)}`);
  if (object !== undefined) console.log(`  round the object:   ${told(object)}`);
}
console.log(`\n${rows.length} rules taken out, ${passed ? 'each found missing' : 'not all found missing'}`);
process.exitCode = passed ? 0 : 1;

function told(found: string | null): string {
  return found === null ? 'NOT FOUND' : `broken: ${found}`;
}
