/**
 * `npm start`: the whole service on one machine (CONTRACT 7). Migrations, the demo origin and `wrangler dev` run as
 * children; the demo is set up through the service's own API. When this process ends, in whatever way, all children
 * end.
 */

import { join } from 'node:path';
import { SHOWN_USER } from '../demo/devices.ts';
import { refreshOnce, seedDemo, type Target } from '../demo/seed.ts';
import { tokenRules } from '../src/http/token-rules.ts';
import { portFaults, stateFault } from './lib/check-start.ts';
import { Children } from './lib/children.ts';
import { asksForHelp } from './lib/command-line.ts';
import { migrate, type Surroundings, startOrigin, startWorker, untilHealthy } from './lib/local-service.ts';
import { readLocalSettings, USAGE } from './lib/local-settings.ts';
import { localWorkerSettings } from './lib/local-sources.ts';
import { LogFile } from './lib/log-file.ts';
import { OneTimeDoor } from './lib/one-time-door.ts';
import { askProvider, type ProviderFindings } from './lib/provider.ts';
import { signToken } from './lib/token.ts';
import { providerWelcome, welcome } from './lib/welcome.ts';
import type { WorkerSettings } from './lib/worker-settings.ts';

const DAY_S = 86_400;
const MINUTE_MS = 60_000;
/** The one-time link gives administration and the right to look at rows for a working day, s. */
const CONSOLE_S = 8 * 3600;
const CONSOLE_SCOPE = 'cache:admin cache:read cache:refresh';
const FAILED_BUILD =
  'The build failed, and the service answers no request until a build succeeds. To see why: npx node scripts/build.ts';

const children = new Children();
let ending = false;

process.on('SIGINT', () => end(0));
process.on('SIGTERM', () => end(0));
if (asksForHelp(process.argv.slice(2))) console.log(USAGE);
else {
  endWithNpm();
  main().catch((error: Error) => end(1, error.message));
}

async function main(): Promise<void> {
  const settings = readLocalSettings(process.env, process.argv.slice(2));
  const service = `http://127.0.0.1:${settings.port}`;
  const origin = `http://127.0.0.1:${settings.originPort}`;
  // Checked first: if the lock is taken, the ports are taken too, and reporting them would not help.
  demandNone([stateFault(settings, service)]);
  const worker = localWorkerSettings(process.env);
  const withDemo = settings.demo && worker.provider === null;
  const provider = worker.provider === null ? null : await askProvider(worker.vars);
  demandNone([...(await portFaults(settings, withDemo)), ...worker.faults, ...(provider?.faults ?? [])]);
  tellSettings(worker, provider, settings.demo && !withDemo);

  const log = new LogFile(join(settings.stateDir, 'freshet.log'), settings.verbose ? console.log : undefined);
  const around: Surroundings = { children, settings, log };
  const demoOrigin = withDemo ? startOrigin(around) : undefined;
  demoOrigin?.ended.then((code) => end(1, `The demo origin ended (${code}).`)).catch(fail);
  tell('applying migrations');
  await migrate(around);
  const rules = tokenRules(worker.vars);
  const { secret } = worker;
  const makeToken = () => signToken(secret ?? '', 'admin', { scope: CONSOLE_SCOPE, rules, expiresS: CONSOLE_S });
  const door = secret === null ? null : await OneTimeDoor.open({ servicePort: settings.port, makeToken });
  tell('starting the service');
  startWorker(around, { ...worker.vars, CONSOLE_LOCAL: door?.url ?? '' }, () => console.error(FAILED_BUILD))
    .ended.then((code) => end(1, `wrangler dev ended (${code}).\n${log.tail()}`))
    .catch(fail);
  await untilHealthy(service, log);

  const place = { service, stateDir: settings.stateDir, logFile: log.path };
  if (secret === null || door === null) {
    ready(
      service,
      providerWelcome({
        ...place,
        tokenEndpoint: provider?.tokenEndpoint ?? null,
        audience: rules.audiences[0],
        scopePrefix: rules.scopePrefix,
      }),
    );
    return;
  }
  const sign = (user: string, scope?: string) => signToken(secret, user, { scope, rules, expiresS: DAY_S });
  const target: Target = { service, origin, sign };
  if (demoOrigin) {
    await demoOrigin.listening;
    tell('setting up the demo');
    await seedDemo(target);
  }
  const taskId = demoOrigin ? await refreshOnce(target) : null;
  ready(
    service,
    welcome({
      ...place,
      origin,
      user: SHOWN_USER,
      token: await sign(SHOWN_USER),
      taskId,
      console: door.consoleUrl(service),
    }),
  );
}

/** @throws Error with a line for each fault */
function demandNone(faults: readonly (string | null)[]): void {
  const found = faults.filter((fault) => fault !== null);
  if (found.length > 0) throw new Error(found.join('\n'));
}

/** Prints which settings are used from where, and which are not used. */
function tellSettings(
  { taken, unused, provider, file }: WorkerSettings & { file: string },
  findings: ProviderFindings | null,
  demoIsLeftOut: boolean,
): void {
  for (const [place, names] of [
    [file, taken.file],
    ['the environment', taken.environment],
  ] as const) {
    if (names.length > 0) tell(`settings from ${place}: ${names.join(', ')}`);
  }
  for (const sentence of unused) tell(`not used: ${sentence}`);
  for (const sentence of findings?.warnings ?? []) tell(`note: ${sentence}`);
  if (demoIsLeftOut) tell(`without the demo: its devices have no tokens from your provider (${provider})`);
}

function ready(service: string, text: string): void {
  fireCron(service);
  console.log(`ready ${service}`);
  console.log(text);
}

/** Unlike Cloudflare, `wrangler dev` fires no cron trigger by itself; this fires one each minute. */
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

/** If npm is killed with SIGKILL it passes no signal on. Then the parent process changes. */
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
