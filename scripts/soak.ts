/**
 * `npm run soak`: the long form of the campaigns, minutes with progress lines. `SOAK_KILLS` (default 24) and `SOAK_SEED`
 * (default: random, printed) set what is tried. Writes `docs/reliability/kills.json`; `npm run reliability` makes the
 * tables of docs/reliability.md from it.
 */

import { killCampaign } from './soak/kills.ts';
import { writeReport } from './soak/reports.ts';

const DEFAULT_KILLS = 24;

const kills = Number(process.env.SOAK_KILLS ?? DEFAULT_KILLS);
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32));
console.log(`seed ${seed} (SOAK_SEED=${seed} npm run soak repeats it)`);

const report = await killCampaign({ kills, seed, tell: (line) => console.log(`… ${line}`) });
writeReport('kills', report);
console.log(JSON.stringify(report, null, 2));
process.exitCode = report.faults.length > 0 ? 1 : 0;
