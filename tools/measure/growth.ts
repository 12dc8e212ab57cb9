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
import { GROWTH_TEXTS, writeGrowth } from './growth/page.ts';
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
const tell = progress();
const sizes = values.sizes.split(',').map(Number);
const rounds = Number(values.rounds);
const PARTS = {
  records: () => measureRecords(sizes, rounds, tell),
  versions: () => measureVersions(rounds, tell),
};

const unknown = positionals.find((name) => name !== 'page' && !(name in PARTS));
if (unknown !== undefined)
  throw new Error(`There is no part "${unknown}"; parts are ${Object.keys(PARTS).join(', ')}, page.`);
for (const name of ['records', 'versions'] as const) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  if (values.dry) console.log(GROWTH_TEXTS[name]((await PARTS[name]()) as never));
  else await report<object>(name, PARTS[name]);
}
if (!values.dry) writeGrowth();
