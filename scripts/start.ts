/**
 * `npm start`: the whole service on one machine (CONTRACT 7). Migrations, the demo origin and `wrangler dev` run as
 * children; the demo is set up through the service's own API. Whatever ends this process ends all of them.
 */

import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHOWN_USER } from '../demo/devices.ts';
import { refreshOnce, seedDemo, type Target } from '../demo/seed.ts';
import { type Child, Children } from './lib/children.ts';
import { localSecret, writeWorkerVars } from './lib/dev-vars.ts';
import { localIdentity } from './lib/local-identity.ts';
import { type LocalSettings, readLocalSettings } from './lib/local-settings.ts';
import { demandFreePort } from './lib/ports.ts';
import { signToken } from './lib/token.ts';
import { welcome } from './lib/welcome.ts';
import { databaseBindings, offlineEnv, PROJECT, WRANGLER } from './lib/wrangler.ts';

const DAY_S = 86_400;
const MINUTE_MS = 60_000;
const START_PATIENCE_MS = 120_000;
const POLL_MS = 100;
/** Here nothing cuts what goes on after a queue's handler, but a queue runs one batch at a time: so no handler stays for long. */
const WAIT_UNTIL_MS = '3600000';
/** http origins on this machine, and https hosts by name. */
const ORIGIN_HOSTS = '*,127.0.0.1,localhost,[::1]';

const children = new Children();
let ending = false;

process.on('SIGINT', () => end(0));
process.on('SIGTERM', () => end(0));
endWithNpm();
main().catch((error: Error) => end(1, error.message));

async function main(): Promise<void> {
  const settings = readLocalSettings(process.env);
  const secret = localSecret(process.env);
  const service = `http://127.0.0.1:${settings.port}`;
  const origin = `http://127.0.0.1:${settings.originPort}`;
  await demandFreePort(settings.port, 'PORT');
  if (settings.demo) await demandFreePort(settings.originPort, 'ORIGIN_PORT');

  mkdirSync(settings.stateDir, { recursive: true });
  const logFile = join(settings.stateDir, 'wrangler.log');
  const log = openSync(logFile, 'w');
  const demoOrigin = settings.demo ? startOrigin(settings, log) : undefined;
  tell('applying migrations');
  await migrate(settings, log, logFile);
  tell('starting the service');
  const worker = startWorker(settings, secret, log);
  worker.ended.then((code) => end(1, `wrangler dev ended (${code}).\n${tail(logFile)}`)).catch(fail);
  await untilHealthy(service, logFile);

  const sign = (user: string, scope?: string) => signToken(secret, user, { scope, expiresS: DAY_S });
  const target: Target = { service, origin, sign };
  if (demoOrigin) {
    await demoOrigin.listening;
    tell('setting up the demo');
    await seedDemo(target);
  }
  const taskId = demoOrigin ? await refreshOnce(target) : null;
  fireCron(service);
  console.log(`ready ${service}`);
  console.log(welcome({ service, origin, user: SHOWN_USER, token: await sign(SHOWN_USER), taskId, logFile }));
}

function startOrigin(settings: LocalSettings, log: number): Child & { listening: Promise<void> } {
  const child = children.start([process.execPath, join(PROJECT, 'demo/origin.ts')], {
    cwd: PROJECT,
    env: { ...process.env, ORIGIN_PORT: String(settings.originPort) },
    output: log,
    channel: true,
  });
  child.ended.then((code) => end(1, `The demo origin ended (${code}).`)).catch(fail);
  return { ...child, listening: new Promise((resolve) => child.process.once('message', () => resolve())) };
}

async function migrate(settings: LocalSettings, log: number, logFile: string): Promise<void> {
  for (const binding of databaseBindings()) {
    const args = ['d1', 'migrations', 'apply', binding, '--local', '--persist-to', settings.stateDir];
    const child = children.start([...WRANGLER, ...args], { cwd: PROJECT, env: offlineEnv(), output: log });
    if ((await child.ended) !== 0) throw new Error(`The migrations could not be applied.\n${tail(logFile)}`);
  }
}

function startWorker(settings: LocalSettings, secret: string, log: number): Child {
  const vars = join(settings.stateDir, 'worker.env');
  const identity = localIdentity(secret, process.env);
  const limits = settings.rateLimits === undefined ? {} : { RATE_LIMITS: settings.rateLimits };
  writeWorkerVars(vars, { ...identity, ...limits, ORIGIN_HOSTS, WAIT_UNTIL_MS });
  const args = [
    ...[
      'dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(settings.port),
      '--inspector-port',
      process.env.INSPECTOR_PORT ?? '0',
    ],
    ...['--persist-to', settings.stateDir, '--env-file', vars, '--show-interactive-dev-session=false'],
    ...['--log-level', process.env.WRANGLER_LOG ?? 'warn'],
  ];
  const env = { ...offlineEnv(), WRANGLER_REGISTRY_PATH: join(settings.stateDir, 'registry') };
  return children.start([...WRANGLER, ...args], { cwd: PROJECT, env, output: log });
}

async function untilHealthy(service: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_PATIENCE_MS;
  let last = 'no answer';
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${service}/healthz`, { signal: AbortSignal.timeout(5000) });
      if (response.status === 200) return;
      last = `${response.status} ${await response.text()}`;
    } catch {
      // Not listening yet.
    }
    await sleep(POLL_MS);
  }
  throw new Error(`The service is not healthy: ${last}\n${tail(logFile)}`);
}

/** `wrangler dev` fires no cron trigger by itself; Cloudflare would, at each minute. */
function fireCron(service: string): void {
  const fire = () => fetch(`${service}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).catch(() => undefined);
  setTimeout(
    () => {
      void fire();
      setInterval(fire, MINUTE_MS);
    },
    MINUTE_MS - (Date.now() % MINUTE_MS),
  );
}

/** npm killed outright passes no signal on: then our parent changes. */
function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(0), 1000);
}

function fail(error: Error): void {
  void end(1, error.message);
}

async function end(code: number, message?: string): Promise<void> {
  if (ending) return;
  ending = true;
  if (message !== undefined) console.error(message);
  await children.stop();
  process.exit(code);
}

function tell(step: string): void {
  console.log(`… ${step}`);
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-30).join('\n');
}
