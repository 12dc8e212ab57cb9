/** `npm run bench:client`: compares the device client's store with others, on the same rows in the same browser. */

import { readCommandLine } from '../../scripts/lib/command-line.ts';
import { isThere, remedyFor } from '../../scripts/test/needs.ts';
import { CONTENDERS, compare } from './bench/client/compare.ts';
import { readPage, withTables } from './bench/client/page.ts';
import { describeMachine } from './harness/machine.ts';
import { progress } from './harness/reports.ts';

const USAGE = `Usage: npm run bench:client [-- --rows 1000,10000,100000] [--rounds 3] [--dry]
  --rows    rows of the tables that are compared
  --rounds  how often each is measured; the best counts
  --dry     prints the table instead of writing it in docs/client.md
  --help    prints this text
Compares the device client's store with Dexie, RxDB and PouchDB, in turn, in one run.`;

const { values } = readCommandLine(USAGE, {
  options: {
    rows: { type: 'string', default: '1000,10000,100000' },
    rounds: { type: 'string', default: '3' },
    dry: { type: 'boolean', default: false },
  },
});

const missing = (['browser', 'tools/peers'] as const).find((need) => !isThere(need));
if (missing !== undefined) console.log(`Skipped: ${missing} is missing; ${remedyFor(missing)}`);
else {
  // Measuring takes minutes, so check first that the page can take the tables.
  if (!values.dry) readPage();
  const compared = await compare({
    sizes: values.rows.split(',').map(Number),
    rounds: Number(values.rounds),
    tell: progress(),
  });
  const machine = `${describeMachine()}; ${CONTENDERS.map(({ title }) => title).join(', ')}; best of ${values.rounds}`;
  console.log(withTables(machine, compared, { isWritten: !values.dry }));
}
