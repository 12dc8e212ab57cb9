/** `npm run soak`: the long form of the campaigns, with progress lines. */

import { readCommandLine, refuseUsage } from '../../scripts/lib/command-line.ts';
import { progress } from './harness/reports.ts';
import { BOUNDS, measureBounds } from './soak/bounds/index.ts';
import { killCampaign } from './soak/kills.ts';
import { largeTables } from './soak/large-tables.ts';
import { liveSockets } from './soak/live/index.ts';
import { enterOwnNetwork } from './soak/own-network.ts';
import { addRun, RELIABILITY } from './soak/reports.ts';
import { slowClients } from './soak/slow-clients/index.ts';

const USAGE = `Usage: npm run soak [-- <part> …] [options]
Parts; default: all
  clients   slow clients on a Worker with limited memory: --minutes 20 --clients 200
  bounds    what slow readers and large loads hold; only some: bounds ${Object.keys(BOUNDS).join(' ')}
  tables    the largest tables that are allowed
  live      devices with live sockets: killed with 500, told of commits at 2,000, asleep with 10,000:
            --live 500,2000,10000
  kills     the service is killed at random times: --kills 24
Options
  --seed    repeats a random run
  --dry     prints the reports instead of writing them to docs/reliability/, for short runs
  --help    prints this text
npm run reliability -- --tables makes docs/reliability.md from the reports. All parts run in their own network (Linux,
root); SOAK_NETWORK=machine leaves that out.`;

const { values, positionals: named } = readCommandLine(USAGE, {
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '20' },
    clients: { type: 'string', default: '200' },
    live: { type: 'string', default: '500,2000,10000' },
    kills: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    dry: { type: 'boolean', default: false },
  },
});
const tell = progress();
const seed = Number(values.seed);

/** Each part returns its faults. */
const PARTS: Readonly<Record<string, () => Promise<string[]>>> = {
  async clients() {
    const report = await slowClients({ minutes: Number(values.minutes), clients: Number(values.clients), seed, tell });
    return noted(report, () => RELIABILITY.write('slow-clients', report));
  },

  async bounds() {
    const measured = await measureBounds(
      named.filter((name) => name in BOUNDS),
      tell,
    );
    if (!values.dry) RELIABILITY.write('bounds', { ...RELIABILITY.read('bounds'), ...measured });
    return [];
  },

  async tables() {
    const tables = await largeTables(tell);
    return noted({ tables, faults: tables.flatMap(({ faults }) => faults) }, () =>
      RELIABILITY.write('large-tables', tables),
    );
  },

  async live() {
    const [killed = 0, poked = 0, asleep = 0] = values.live.split(',').map(Number);
    const report = await liveSockets({ killed, kills: 2, poked, asleep, tell });
    const isLate = (report.poked?.poked.most ?? 0) > 1000;
    const late = isLate ? ['the last socket was told more than a second after SUCCESS'] : [];
    return [...late, ...Object.values(report).flatMap(({ faults }) => faults)];
  },

  async kills() {
    const report = await killCampaign({ kills: Number(values.kills), seed, tell });
    return noted(report, () => addRun('kills', report));
  },
};

const unknown = named.find((name) => !(name in PARTS || name in BOUNDS));
if (unknown !== undefined) {
  refuseUsage(
    USAGE,
    `There is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}, and of bounds ${Object.keys(BOUNDS).join(', ')}.`,
  );
}
await enterOwnNetwork();
console.log(`seed ${seed} (--seed ${seed} repeats it)`);
const faults: string[] = [];
for (const [name, run] of Object.entries(PARTS)) {
  if (named.length === 0 || named.includes(name)) faults.push(...(await run()));
}
for (const fault of faults) console.log(`fault: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Prints a report, and stores it unless the run is dry. */
function noted<Report extends { faults: string[] }>(report: Report, write: () => void): string[] {
  console.log(JSON.stringify(report, null, 2));
  if (!values.dry) write();
  return report.faults;
}
