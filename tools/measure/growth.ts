/**
 * `npm run bench:growth`: how time, rows read and sizes grow with the records and entries in D1, and with the kept
 * versions of a cache. Takes minutes and prints progress. Writes the reports in `docs/growth/`, and docs/growth.md.
 *
 *   npm run bench:growth -- [records] [versions] [page] [--sizes 10000,100000,1000000] [--rounds 7] [--dry]
 *
 * Only the named parts are measured, all by default; `page` only writes the page. `--sizes`: records and entries,
 * multiples of 5,000. `--dry` prints instead of writing, for shorter runs.
 */

import { parseArgs } from 'node:util';
import { recordsPart, versionsPart, writeGrowth } from './growth/page.ts';
import { measureRecords } from './growth/records.ts';
import { report } from './growth/reports.ts';
import { measureVersions } from './growth/versions.ts';
import { progress } from './harness/reports.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    rounds: { type: 'string', default: '7' },
    dry: { type: 'boolean', default: false },
  },
});
const PARTS = ['records', 'versions', 'page'];
const unknown = positionals.find((name) => !PARTS.includes(name));
if (unknown !== undefined) throw new Error(`There is no part "${unknown}"; parts are ${PARTS.join(', ')}.`);

const tell = progress();
const sizes = values.sizes.split(',').map(Number);
const rounds = Number(values.rounds);
await part('records', recordsPart, () => measureRecords(sizes, rounds, tell));
await part('versions', versionsPart, () => measureVersions(rounds, tell));
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
