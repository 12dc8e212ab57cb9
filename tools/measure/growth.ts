/**
 * `npm run bench:growth`: how time, rows read and sizes grow with the records and entries in D1, with the kept versions
 * of a cache and
 * with the rows of a table. Takes minutes and prints progress. Writes the reports and pictures in `docs/growth/`, and
 * docs/growth.md.
 * `npm run bench:growth -- versions rows` measures only the named parts; `-- page` only draws.
 */

import { writeGrowth } from './growth/page.ts';
import { measureRecords } from './growth/records.ts';
import { report } from './growth/reports.ts';
import { measureRows } from './growth/rows.ts';
import { measureVersions } from './growth/versions.ts';
import { progress } from './harness/reports.ts';

const PARTS: Readonly<Record<string, (tell: (line: string) => void) => Promise<object[]>>> = {
  records: measureRecords,
  versions: measureVersions,
  rows: measureRows,
};

const named = process.argv.slice(2);
const unknown = named.find((name) => name !== 'page' && !(name in PARTS));
if (unknown !== undefined)
  throw new Error(`There is no part "${unknown}"; parts are ${Object.keys(PARTS).join(', ')}, page.`);

const tell = progress();
for (const [name, measure] of Object.entries(PARTS)) {
  if (named.length === 0 || named.includes(name)) await report(name, () => measure(tell));
}
writeGrowth();
tell('docs/growth.md is written');
