/**
 * `npm run reliability`: runs the fault and attack campaigns of the tests, and writes docs/reliability.md from their
 * reports and those
 * of the last `npm run soak`. All its tables are computed. With `--tables` it only writes the tables from existing reports.
 */

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

if (!process.argv.includes('--tables')) runCampaigns();
const read = <Report>(name: string) => RELIABILITY.read<Report>(name);
const stores = read<StoreRow[]>('store-faults');
const origins = read<OriginRow[]>('origins');
const kills = read<KillReport[]>('kills');
const tables = read<LargeTableRow[]>('large-tables');
const attacks = read<AttackRow[]>('attacks');
const [model] = read<ModelRow[]>('object-model') ?? [];
const mutants = read<MutantRow[]>('mutants');

const shortForms = read<ShortFormsRow[]>('short-forms');

const text = `# Reliability

Which failures and attacks were tried, and with what result. \`npm run reliability\` writes this page from the reports of the runs in
\`docs/reliability/\`; \`npm run soak\` writes the reports of the slow clients, the bounds, the largest tables and the kills.

${slowClientsSection()}

${boundsSection()}

## The short forms, repeated

\`npm run campaigns\` runs the short forms of all campaigns, which are part of \`npm test\`, each time with another seed. Seconds are the sum
over their files.

${pageTable(
  ['seed', 'passed', 'failed', 'seconds'],
  (shortForms ?? []).map(({ seed, passed, failed, seconds }) => [seed, passed, failed, seconds]),
)}

## Killed at any time

The real \`npm start\` runs under load, is killed with all processes that it started, and is started again on the same stores, every other
time as if it had been off for up to a minute and a half. After the last start each accepted task must end by itself; then the contents of
object, D1 and R2 are compared on disk (\`tools/measure/soak/check-stores.ts\`).

${pageTable(
  ['seed', 'kills', 'of them while starting', 'requests', 'tasks accepted', 'versions', 'blobs', 'seconds', 'faults'],
  (kills ?? []).map((run) => [
    run.seed,
    run.kills + run.killsWhileStarting,
    run.killsWhileStarting,
    run.requests,
    run.tasks,
    run.versions,
    run.blobs,
    run.seconds,
    run.faults.length,
  ]),
)}

## The largest tables

The real \`npm start\` loads them, from an origin that generates them as it sends. "Most held" is the heap and the buffers of the isolate after a
garbage collection, measured several times a second. A fault is more than ${MOST_HELD_BYTES / MIB} MiB, a device that does not get
what the origin has, or anything that a dead load left in R2.

${pageTable(
  ['table', 'load', 'task', 'seconds', 'most held, MiB', 'given to the device, bytes', 'faults'],
  (tables ?? []).map((row) => [
    row.table,
    row.load,
    row.state,
    row.seconds,
    row.heldBytes === null ? '' : (row.heldBytes / MIB).toFixed(1),
    row.givenBytes ?? '',
    row.faults.length,
  ]),
)}

## Store faults

Each call that the flow makes of a store in turn throws, never answers, or does its work but loses the answer; then the clock goes on for two
days (\`test/worker/faults/store-faults.test.ts\`). Allowed answers are the last known entry, a clean 503 and a task that goes on. Any other
answer is a fault, and so is anything that does not heal.

${pageTable(
  ['flow', ...Object.keys(stores?.[0]?.calls ?? {}).map((store) => `calls of ${store}`), 'struck', 'faults'],
  (stores ?? []).map(({ flow, calls, struck, failed }) => [flow, ...Object.values(calls), struck, failed]),
)}

## Origins as they are

After a good load the origin behaves as the first column says; two attempts are allowed (\`test/worker/faults/origins.test.ts\`).

${pageTable(
  ['the origin', 'task', 'error', 'detail', 'asked', 'devices get'],
  (origins ?? []).map((row) => [row.origin, row.state, row.type ?? '', row.detail ?? '', row.tries, row.devices]),
)}

## Random sequences of commands

Random sequences of commands drive a real object on its real stores. After each command the promises of the design are checked, and each
sequence runs until all its tasks have ended (\`test/worker/faults/object-model.test.ts\`). A fault is a broken promise.

${pageTable(
  ['seed', 'sequences', 'commands', 'faults'],
  model === undefined ? [] : [[model.seed, model.sequences, sum(model.commands), model.faults]],
)}

${pageTable(['command', 'times'], Object.entries(model?.commands ?? {}).toSorted())}

${pageTable(['rare event', 'times'], Object.entries(model?.sometimes ?? {}))}

## Rules taken out

These runs show that a broken promise would be found: each rule of the task machine and of the code around it is taken out in turn, and
some rules of the code around the real object as well (\`npm run mutants\`). **[M]**: [design.md](design.md) marks the rule so.

${pageTable(
  ['the rule', '', 'what the explorer finds broken', 'what the model of the object finds broken'],
  (mutants ?? []).map(({ rule, marked, explorer, object }) => [
    rule,
    marked === null ? '' : '[M]',
    explorer ?? 'NOTHING',
    object === undefined ? '' : (object ?? 'NOTHING'),
  ]),
)}

## Attacks

Each case is a forged token, a hostile value or a request without the necessary rights (\`test/worker/attacks/\`,
[SECURITY.md](../SECURITY.md)). A fault is anything that was let through, disclosed or changed.

${pageTable(
  ['tests', 'attack', 'cases', 'faults'],
  (attacks ?? []).map(({ file, attack, tried, failed }) => [file, attack, tried, failed]),
)}
`;
writePage('docs/reliability.md', text);

function runCampaigns(): void {
  const files = ['test/worker/faults/store-faults.test.ts', 'test/worker/faults/origins.test.ts'];
  const faults = runTests(['--project', 'object', ...files], { STRIKES: 'all' });
  for (const name of ['store-faults', 'origins']) RELIABILITY.write(name, faults.tables.get(name) ?? []);
  const mutants = runMutants();
  RELIABILITY.write('object-model', mutants.tables.get('object-model') ?? []);
  RELIABILITY.write('mutants', mutants.rows);
  const attacks = runAttacks(Number(process.env.FUZZ_RUNS ?? 10_000));
  RELIABILITY.write('attacks', attacks);
  if (!faults.passed || !mutants.passed || attacks.some(({ failed }) => failed > 0))
    throw new Error('A campaign failed; the tables are not written.');
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
