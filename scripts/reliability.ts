/**
 * `npm run reliability`: runs the fault and attack campaigns of the tests and writes docs/reliability.md from what they, and the last
 * `npm run soak`, tell. Nothing in its tables is typed. With `--tables` it only writes the tables of the reports there are.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offlineEnv, PROJECT } from './lib/wrangler.ts';
import { type AttackRow, runAttacks } from './soak/attacks.ts';
import type { KillReport } from './soak/kills.ts';
import { REPORTS, writeReport } from './soak/reports.ts';

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

if (!process.argv.includes('--tables')) runCampaigns();
const stores = read<StoreRow[]>('store-faults');
const origins = read<OriginRow[]>('origins');
const kills = read<KillReport>('kills');
const attacks = read<AttackRow[]>('attacks');

const text = `# Reliability

What was tried, and what came of it. \`npm run reliability\` writes this page from the reports of the runs in
\`docs/reliability/\`; \`npm run soak\` makes those of the kills.

## Killed at any time

The real \`npm start\` under load, killed outright with all that it started, and started again on the same stores. After
the last start each accepted task ends by itself; then object, D1 and R2 are compared on disk (\`scripts/soak/check-stores.ts\`).

${table(
  ['seed', 'kills', 'of them while starting', 'requests', 'tasks accepted', 'versions', 'blobs', 'seconds', 'faults'],
  kills === null
    ? []
    : [
        [
          kills.seed,
          kills.kills + kills.killsWhileStarting,
          kills.killsWhileStarting,
          kills.requests,
          kills.tasks,
          kills.versions,
          kills.blobs,
          kills.seconds,
          kills.faults.length,
        ],
      ],
)}

## Store faults

Each single call that the flow makes of a store throws, never answers, or does its work and loses the answer; then the
clock goes on for two days (\`test/worker/faults/store-faults.test.ts\`). A fault is any answer but the last known entry, a
clean 503 or a task that goes on, and anything that does not heal.

${table(
  ['flow', ...Object.keys(stores?.[0]?.calls ?? {}).map((store) => `calls of ${store}`), 'struck', 'faults'],
  (stores ?? []).map(({ flow, calls, struck, failed }) => [flow, ...Object.values(calls), struck, failed]),
)}

## Origins as they are

After a good load the origin behaves so; two attempts are allowed (\`test/worker/faults/origins.test.ts\`).

${table(
  ['the origin', 'task', 'error', 'detail', 'asked', 'devices get'],
  (origins ?? []).map((row) => [row.origin, row.state, row.type ?? '', row.detail ?? '', row.tries, row.devices]),
)}

## Attacks

Each case is a forged token, a hostile value or a request of somebody who may not (\`test/worker/attacks/\`,
[SECURITY.md](../SECURITY.md)). A fault is whatever was let through, told or changed.

${table(
  ['tests', 'attack', 'cases', 'faults'],
  (attacks ?? []).map(({ file, attack, tried, failed }) => [file, attack, tried, failed]),
)}
`;
writeFileSync(join(PROJECT, 'docs/reliability.md'), text);

function runCampaigns(): void {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-reliability-'));
  const files = ['store-faults', 'origins'];
  const run = spawnSync(
    'vitest',
    ['run', '--silent', '--project', 'object', ...files.map((name) => `test/worker/faults/${name}.test.ts`)],
    { cwd: PROJECT, stdio: 'inherit', env: { ...offlineEnv(), RELIABILITY_REPORTS: folder } },
  );
  for (const name of files) {
    const rows = new Map(
      readFileSync(join(folder, `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; row: object })
        .map(({ id, row }) => [id, row] as const),
    );
    writeReport(name, [...rows.values()]);
  }
  rmSync(folder, { recursive: true });
  const attacks = runAttacks(Number(process.env.FUZZ_RUNS ?? 10_000));
  writeReport('attacks', attacks);
  if (run.status !== 0 || attacks.some(({ failed }) => failed > 0))
    throw new Error('A campaign failed; the tables are not written.');
}

function read<T>(name: string): T | null {
  const file = join(REPORTS, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : null;
}

function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
