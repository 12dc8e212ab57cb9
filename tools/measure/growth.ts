/**
 * `npm run bench:growth`: how time, rows read and sizes grow with the records and entries in D1, with the kept versions of a
 * cache and with the rows of a table; minutes, with progress lines. Writes the reports and pictures in `docs/growth/` and
 * docs/growth.md. Named parts (`npm run bench:growth -- versions rows`) are measured alone, `-- page` only draws.
 */

import { writePage } from './growth/page.ts';
import { measureRecords } from './growth/records.ts';
import { report, type Tell } from './growth/reports.ts';
import { measureRows } from './growth/rows.ts';
import { measureVersions } from './growth/versions.ts';

const PARTS: Readonly<Record<string, (tell: Tell) => Promise<object[]>>> = {
  records: measureRecords,
  versions: measureVersions,
  rows: measureRows,
};

const named = process.argv.slice(2);
const unknown = named.find((name) => name !== 'page' && !(name in PARTS));
if (unknown !== undefined)
  throw new Error(`There is no part "${unknown}"; parts are ${Object.keys(PARTS).join(', ')}, page.`);

const begun = performance.now();
const tell: Tell = (line) => console.log(`… ${Math.round((performance.now() - begun) / 1000)} s  ${line}`);
for (const [name, measure] of Object.entries(PARTS)) {
  if (named.length === 0 || named.includes(name)) await report(name, () => measure(tell));
}
writePage();
tell('docs/growth.md is written');
