/**
 * `npm run reliability`: runs the fault and attack campaigns of the tests, and writes docs/reliability.md from their
 * reports and those of the last `npm run soak`. All its tables are computed.
 */

import { readCommandLine } from '../../scripts/lib/command-line.ts';
import type { ShortFormsRow } from './campaigns.ts';
import { pageTable } from './harness/markdown.ts';
import { writePage } from './harness/reports.ts';
import { runTests } from './harness/vitest.ts';
import { type AttackRow, runAttacks } from './soak/attacks.ts';
import { boundsSection } from './soak/bounds/index.ts';
import type { KillReport } from './soak/kills.ts';
import { type LargeTableRow, MOST_HELD_BYTES } from './soak/large-tables.ts';
import { type MutantRow, runMutants } from './soak/mutants.ts';
import { RELIABILITY } from './soak/reports.ts';
import { slowClientsSection } from './soak/slow-clients/section.ts';

const MIB = 1024 * 1024;

interface OriginRow {
  origin: string;
  state: string;
  type: string | null;
  detail: string | null;
  tries: number;
  devices: string;
}
interface StoreRow {
  flow: string;
  struck: number;
  failed: number;
  calls: Record<string, number>;
}

interface ModelRow {
  seed: number;
  sequences: number;
  commands: Record<string, number>;
  sometimes: Record<string, number>;
  faults: number;
}

const USAGE = `Usage: npm run reliability [-- --tables] [--fuzz 10000] [--dry]
  --tables  runs nothing, and writes docs/reliability.md from the reports that are there
  --fuzz    how many random requests are sent
  --dry     runs the campaigns and writes nothing
  --help    prints this text`;

const { values } = readCommandLine(USAGE, {
  options: { tables: { type: 'boolean' }, fuzz: { type: 'string', default: '10000' }, dry: { type: 'boolean' } },
});
const ran = values.tables ? {} : runCampaigns(Number(values.fuzz));
if (!values.dry) for (const [name, rows] of Object.entries(ran)) RELIABILITY.write(name, rows);
const read = <Row>(name: string) => RELIABILITY.read<Row[]>(name) ?? [];
const stores = read<StoreRow>('store-faults');
const origins = read<OriginRow>('origins');
const kills = read<KillReport>('kills');
const tables = read<LargeTableRow>('large-tables');
const attacks = read<AttackRow>('attacks');
const models = read<ModelRow>('object-model').slice(0, 1);
const mutants = read<MutantRow>('mutants');
const shortForms = read<ShortFormsRow>('short-forms');

if (values.dry) console.log(ran);
else writePage('docs/reliability.md', page());

/** The page; draws its picture. */
function page(): string {
  return `# Reliability

Which failures and attacks were tried, and with what result. \`npm run reliability\` writes this page from the reports of the runs in
\`docs/reliability/\`; \`npm run soak\` writes the reports of the slow clients, the bounds, the largest tables and the kills.

${slowClientsSection()}

${boundsSection()}

## The short forms, repeated

\`npm run campaigns\` runs the short forms of all campaigns, which are part of \`npm test\`, each time with another seed. Seconds are the sum
over their files.

${pageTable(shortForms, [
  ['seed', ({ seed }) => seed],
  ['passed', ({ passed }) => passed],
  ['failed', ({ failed }) => failed],
  ['seconds', ({ seconds }) => seconds],
])}

## Killed at any time

The real \`npm start\` runs under load, is killed with all processes that it started, and is started again on the same stores, every other
time as if it had been off for up to a minute and a half. After the last start each accepted task must end by itself; then the contents of
object, D1 and R2 are compared on disk (\`tools/measure/soak/check-stores.ts\`).

${pageTable(kills, [
  ['seed', ({ seed }) => seed],
  ['kills', (run) => run.kills + run.killsWhileStarting],
  ['of them while starting', ({ killsWhileStarting }) => killsWhileStarting],
  ['requests', ({ requests }) => requests],
  ['tasks accepted', ({ tasks }) => tasks],
  ['versions', ({ versions }) => versions],
  ['blobs', ({ blobs }) => blobs],
  ['seconds', ({ seconds }) => seconds],
  ['faults', ({ faults }) => faults.length],
])}

## The largest tables

The real \`npm start\` loads them, from an origin that generates them as it sends. "Most held" is the heap and the buffers of the isolate after a
garbage collection, measured several times a second. A fault is more than ${MOST_HELD_BYTES / MIB} MiB, a device that does not get
what the origin has, or anything that a dead load left in R2.

${pageTable(tables, [
  ['table', ({ table }) => table],
  ['load', ({ load }) => load],
  ['task', ({ state }) => state],
  ['seconds', ({ seconds }) => seconds],
  ['most held, MiB', ({ heldBytes }) => (heldBytes === null ? '' : (heldBytes / MIB).toFixed(1))],
  ['given to the device, bytes', ({ givenBytes }) => givenBytes],
  ['faults', ({ faults }) => faults.length],
])}

## Store faults

Each call that the flow makes of a store in turn throws, never answers, or does its work but loses the answer; then the clock goes on for two
days (\`test/worker/faults/store-faults.test.ts\`). Allowed answers are the last known entry, a clean 503 and a task that goes on. Any other
answer is a fault, and so is anything that does not heal.

${pageTable(stores, [
  ['flow', ({ flow }) => flow],
  ...Object.keys(stores[0]?.calls ?? {}).map(
    (store) => [`calls of ${store}`, ({ calls }: StoreRow) => calls[store]] as const,
  ),
  ['struck', ({ struck }) => struck],
  ['faults', ({ failed }) => failed],
])}

## Origins as they are

After a good load the origin behaves as the first column says; two attempts are allowed (\`test/worker/faults/origins.test.ts\`).

${pageTable(origins, [
  ['the origin', ({ origin }) => origin],
  ['task', ({ state }) => state],
  ['error', ({ type }) => type],
  ['detail', ({ detail }) => detail],
  ['asked', ({ tries }) => tries],
  ['devices get', ({ devices }) => devices],
])}

## Random sequences of commands

Random sequences of commands drive a real object on its real stores. After each command the promises of the design are checked, and each
sequence runs until all its tasks have ended (\`test/worker/faults/object-model.test.ts\`). A fault is a broken promise.

${pageTable(models, [
  ['seed', ({ seed }) => seed],
  ['sequences', ({ sequences }) => sequences],
  ['commands', ({ commands }) => Object.values(commands).reduce((total, count) => total + count, 0)],
  ['faults', ({ faults }) => faults],
])}

${timesTable('command', models[0]?.commands)}

${timesTable('rare event', models[0]?.sometimes)}

## Rules taken out

These runs show that a broken promise would be found: each rule of the task machine and of the code around it is taken out in turn, and
some rules of the code around the real object as well (\`npm run mutants\`). **[M]**: [design.md](design.md) marks the rule so.

${pageTable(mutants, [
  ['the rule', ({ rule }) => rule],
  ['', ({ marked }) => (marked === null ? '' : '[M]')],
  ['what the explorer finds broken', ({ explorer }) => explorer ?? 'NOTHING'],
  ['what the model of the object finds broken', ({ object }) => (object === undefined ? '' : (object ?? 'NOTHING'))],
])}

## Attacks

Each case is a forged token, a hostile value or a request without the necessary rights (\`test/worker/attacks/\`,
[SECURITY.md](../SECURITY.md)). A fault is anything that was let through, disclosed or changed.

${pageTable(attacks, [
  ['tests', ({ file }) => file],
  ['attack', ({ attack }) => attack],
  ['cases', ({ tried }) => tried],
  ['faults', ({ failed }) => failed],
])}
`;
}

/** The reports of the campaigns by their names. @throws Error if one failed */
function runCampaigns(fuzzRuns: number): Record<string, object[]> {
  const files = ['test/worker/faults/store-faults.test.ts', 'test/worker/faults/origins.test.ts'];
  const faults = runTests(['--project', 'object', ...files], { STRIKES: 'all' });
  const removed = runMutants();
  const tried = runAttacks(fuzzRuns);
  if (!faults.passed || !removed.passed || tried.some(({ failed }) => failed > 0))
    throw new Error('A campaign failed; nothing is written.');
  return {
    'store-faults': faults.tables.get('store-faults') ?? [],
    origins: faults.tables.get('origins') ?? [],
    'object-model': removed.tables.get('object-model') ?? [],
    mutants: removed.rows,
    attacks: tried,
  };
}

function timesTable(of: string, times: Record<string, number> = {}): string {
  const rows = Object.entries(times);
  return pageTable(of === 'command' ? rows.toSorted() : rows, [
    [of, ([name]) => name],
    ['times', ([, count]) => count],
  ]);
}
