/**
 * `npm run bench:peers`: puts the same load on Freshet and on the stacks that a team would run instead, in turn, in one
 * run.
 */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PROJECT } from '../../scripts/lib/wrangler.ts';
import { type Compared, compare } from './bench/compare.ts';
import { OPERATIONS } from './bench/operations/index.ts';
import { define } from './bench/operations/stage.ts';
import { type BenchOptions, OPTIONS, readOptions } from './bench/options.ts';
import { measureBeside, type Stacks, succeedBeside } from './bench/peers/beside.ts';
import { PEER_OPS } from './bench/peers/operations.ts';
import { missingPackages } from './bench/peers/packages.ts';
import { Peer } from './bench/peers/peer.ts';
import { addedTable, besideTable, succeededTable } from './bench/peers/report.ts';
import { type Setting, withSetting } from './bench/setting.ts';
import { LocalWorker } from './harness/local-worker.ts';
import { describeMachine } from './harness/machine.ts';
import { paragraphs } from './harness/markdown.ts';
import { progress } from './harness/reports.ts';

const USAGE = `Usage: PEERS=<folder> npm run bench:peers [-- --ops state,success] [options]
  --ops          what is measured; default: all of ${PEER_OPS.join(', ')}
${OPTIONS}
Only the first of --connections counts. The folder (default: ../shared/peers) has peers/django and peers/fastify, each with
a start.sh that starts it with its own databases and reads BASE_PORT, ORIGIN_URL, JWT_SECRET and PID_FILE. If the folder
or a Debian package is missing, nothing is measured, and that is no failure.`;

const options = readOptions(USAGE, PEER_OPS);
const peers = resolve(process.env.PEERS || join(PROJECT, '../shared/peers'));
const obstacle = obstacleTo(peers);
if (obstacle === null) await withSetting((setting) => run(setting, options));
else console.log(`Skipped: ${obstacle}`);

function obstacleTo(folder: string): string | null {
  if (!existsSync(join(folder, 'peers'))) return `there are no peers in ${folder}; PEERS=<folder> names another.`;
  const missing = missingPackages();
  if (missing === null) return 'the peers are started from packages of Debian, and this is none.';
  if (missing.length > 0) return `apt-get install --no-install-recommends ${missing.join(' ')}`;
  return null;
}

async function run(setting: Setting, { ops, json, ...how }: BenchOptions): Promise<void> {
  const plan = { ...how, tell: progress() };
  plan.tell('starting the service and the peers');
  const { service: script, origin } = setting;
  await using started = new AsyncDisposableStack();
  const service = await LocalWorker.start({ script });
  started.defer(() => service.stop());
  for (const title of ['small', 'weather', 'slow']) await define({ service, originUrl: origin.url }, title);
  const start = async (name: string) => {
    const peer = await Peer.start(peers, name, origin.url);
    started.defer(() => peer.stop());
    return peer;
  };
  const stacks: Stacks = { freshet: service, django: await start('django'), fastify: await start('fastify') };
  const beside = await measureBeside(stacks, ops, plan);
  const succeeded = ops.has('success') ? await succeedBeside(stacks, plan) : [];
  const compared: Compared[] = [];
  for (const { op } of beside) {
    const operation = OPERATIONS[op];
    if (operation === undefined) continue;
    compared.push(...(await compare(operation, setting, { ...plan, connections: [plan.connections[0]] })));
  }
  const machine = describeMachine();
  if (json) console.log(JSON.stringify({ machine, options: how, beside, succeeded, compared }, null, 2));
  else console.log(paragraphs([machine, besideTable(beside), succeededTable(succeeded), addedTable(beside, compared)]));
  process.exitCode = beside.some(({ errors, wrong }) => errors + wrong > 0) ? 1 : 0;
}
