/**
 * `npm run soak`: the long form of the campaigns, with progress lines. `npm run soak -- clients tables` runs only the
 * named parts. Their reports go to `docs/reliability/`, and `npm run reliability -- --tables` makes docs/reliability.md
 * from them.
 *
 * - `clients`: 200 slow clients on a Worker with limited memory; `SOAK_MINUTES` (20), `SOAK_CLIENTS` (200).
 * - `bounds`: what slow readers and large loads hold; `-- bounds slow-deltas …` measures only the named ones.
 * - `tables`: the largest tables that are allowed.
 * - `live`: devices with live sockets: killed with 500, told of commits at 2,000, asleep with 10,000; `SOAK_LIVE=500,2000,10000`.
 * - `kills`: the service is killed at random times; `SOAK_KILLS` (24).
 *
 * `SOAK_SEED` repeats a random run. All run in their own network (Linux, root); `SOAK_NETWORK=machine` leaves that out.
 */

import { progress } from './harness/reports.ts';
import { BOUNDS, measureBounds } from './soak/bounds/index.ts';
import { killCampaign } from './soak/kills.ts';
import { largeTables } from './soak/large-tables.ts';
import { liveSockets } from './soak/live/index.ts';
import { enterOwnNetwork } from './soak/own-network.ts';
import { addRun, RELIABILITY } from './soak/reports.ts';
import { slowClients } from './soak/slow-clients/index.ts';

const DEFAULT_KILLS = 24;
/** Sockets of the three parts: killed, told, asleep. */
const DEFAULT_LIVE = '500,2000,10000';
const DEFAULT_MINUTES = 20;
const DEFAULT_CLIENTS = 200;

const tell = progress();
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32));
const named = process.argv.slice(2);

/** Each part returns its faults. */
const PARTS: Readonly<Record<string, () => Promise<string[]>>> = {
  async clients() {
    const minutes = Number(process.env.SOAK_MINUTES ?? DEFAULT_MINUTES);
    const clients = Number(process.env.SOAK_CLIENTS ?? DEFAULT_CLIENTS);
    const report = await slowClients({ minutes, clients, seed, tell });
    RELIABILITY.write('slow-clients', report);
    return report.faults;
  },

  async bounds() {
    await measureBounds(
      named.filter((name) => name in BOUNDS),
      tell,
    );
    return [];
  },

  async tables() {
    const rows = await largeTables(tell);
    RELIABILITY.write('large-tables', rows);
    return rows.flatMap((row) => row.faults);
  },

  async live() {
    const [killed = 0, poked = 0, asleep = 0] = (process.env.SOAK_LIVE ?? DEFAULT_LIVE).split(',').map(Number);
    const report = await liveSockets({ killed, kills: 2, poked, asleep, tell });
    console.log(JSON.stringify(report, null, 2));
    const isLate = (report.poked?.poked.most ?? 0) > 1000;
    const late = isLate ? ['the last socket was told more than a second after SUCCESS'] : [];
    return [...late, ...Object.values(report).flatMap(({ faults }) => faults)];
  },

  async kills() {
    const kills = Number(process.env.SOAK_KILLS ?? DEFAULT_KILLS);
    const report = await killCampaign({ kills, seed, tell });
    addRun('kills', report);
    console.log(JSON.stringify(report, null, 2));
    return report.faults;
  },
};

const unknown = named.find((name) => !(name in PARTS || name in BOUNDS));
if (unknown !== undefined) {
  throw new Error(
    `There is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}, and of bounds ${Object.keys(BOUNDS).join(', ')}.`,
  );
}
await enterOwnNetwork();
console.log(`seed ${seed} (SOAK_SEED=${seed} npm run soak repeats it)`);
const faults: string[] = [];
for (const [name, run] of Object.entries(PARTS)) {
  if (named.length === 0 || named.includes(name)) faults.push(...(await run()));
}
for (const fault of faults) console.log(`fault: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
