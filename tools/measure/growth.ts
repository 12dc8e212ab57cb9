/**
 * `npm run bench:growth`: how time, rows read and sizes grow with the records and entries in D1, with the kept
 * versions of a cache and with the rows of a table. Takes minutes and prints progress. Writes the reports and pictures
 * in `docs/growth/`, and docs/growth.md.
 */

import { readCommandLine, refuseUsage } from '../../scripts/lib/command-line.ts';
import { recordsPart, rowsPart, versionsPart, writeGrowth } from './growth/page.ts';
import { measureRecords } from './growth/records.ts';
import { report } from './growth/reports.ts';
import { measureRows } from './growth/rows.ts';
import { measureVersions } from './growth/versions.ts';
import { progress } from './harness/reports.ts';

const USAGE = `Usage: npm run bench:growth [-- records versions rows page] [--rounds 7] [--dry]
                            [--sizes 10000,100000,1000000] [--rows 1000,10000,100000,500000]
  records, versions, rows  the parts that are measured; default: all
  page                     measures nothing, and writes docs/growth.md from the reports
  --sizes                  numbers of records and entries, multiples of 5,000
  --rows                   rows of the tables
  --rounds                 how often each is measured
  --dry                    prints instead of writing, for shorter runs
  --help                   prints this text`;

const { values, positionals } = readCommandLine(USAGE, {
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    rows: { type: 'string', default: '1000,10000,100000,500000' },
    rounds: { type: 'string', default: '7' },
    dry: { type: 'boolean', default: false },
  },
});
const PARTS = ['records', 'versions', 'rows', 'page'];
const unknown = positionals.find((name) => !PARTS.includes(name));
if (unknown !== undefined) refuseUsage(USAGE, `There is no part "${unknown}"; parts are ${PARTS.join(', ')}.`);

const tell = progress();
const numbers = (text: string) => text.split(',').map(Number);
const rounds = Number(values.rounds);
await part('records', recordsPart, () => measureRecords(numbers(values.sizes), rounds, tell));
await part('versions', versionsPart, () => measureVersions(rounds, tell));
await part('rows', rowsPart, () => measureRows(numbers(values.rows), rounds, tell));
if (!values.dry) writeGrowth();

/** Measures a part if it was chosen, and stores or prints its results. */
async function part<Result>(
  name: string,
  textOf: (results: readonly Result[]) => string,
  measure: () => Promise<Result[]>,
): Promise<void> {
  if (positionals.length > 0 && !positionals.includes(name)) return;
  if (values.dry) console.log(textOf(await measure()));
  else await report(name, measure);
}
