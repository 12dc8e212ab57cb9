/**
 * `npm run soak`: the long form of the campaigns, minutes with progress lines. `SOAK_KILLS` (default 24; 0: leave them out)
 * and `SOAK_SEED` (default: random, printed) set what is killed; `SOAK_TABLES=0` leaves out the largest tables. Writes
 * `docs/reliability/`; `npm run reliability` makes docs/reliability.md of it.
 */

import { killCampaign } from './soak/kills.ts';
import { largeTables } from './soak/large-tables.ts';
import { addRun, writeReport } from './soak/reports.ts';

const DEFAULT_KILLS = 24;

const tell = (line: string) => console.log(`… ${line}`);
const faults: string[] = [];

if (process.env.SOAK_TABLES !== '0') {
  const rows = await largeTables(tell);
  writeReport('large-tables', rows);
  faults.push(...rows.flatMap((row) => row.faults));
}

const kills = Number(process.env.SOAK_KILLS ?? DEFAULT_KILLS);
if (kills > 0) {
  const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32));
  console.log(`seed ${seed} (SOAK_SEED=${seed} npm run soak repeats it)`);
  const report = await killCampaign({ kills, seed, tell });
  addRun('kills', report);
  console.log(JSON.stringify(report, null, 2));
  faults.push(...report.faults);
}

for (const fault of faults) console.log(`fault: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
