/** The processes of `npm start`: migrations, the demo origin, `wrangler dev`. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child, Children } from './children.ts';
import { writeWorkerVars } from './dev-vars.ts';
import type { LocalSettings } from './local-settings.ts';
import type { LogFile } from './log-file.ts';
import { preparedService, preparedWorker } from './prepared-service.ts';
import { databaseBindings, offlineEnv, PROJECT, WRANGLER } from './wrangler.ts';

const START_PATIENCE_MS = 120_000;
const POLL_MS = 100;
/** What wrangler says when the `[build]` of wrangler.toml fails. It then answers no request until a build succeeds. */
const FAILED_BUILD = /Running custom build .* failed\./;

/** What all of them need. */
export interface Surroundings {
  children: Children;
  settings: LocalSettings;
  log: LogFile;
}

/** Starts the demo origin; `listening` resolves when it accepts requests. */
export function startOrigin({ children, settings, log }: Surroundings): Child & { listening: Promise<void> } {
  const child = children.start([process.execPath, join(PROJECT, 'demo/origin.ts')], {
    cwd: PROJECT,
    env: {
      ...process.env,
      ORIGIN_PORT: String(settings.originPort),
      SERVICE_URL: `http://127.0.0.1:${settings.port}`,
    },
    onLine: (line) => log.take(line, 'origin'),
    channel: true,
  });
  return { ...child, listening: new Promise((resolve) => child.process.once('message', () => resolve())) };
}

/** Applies the migrations to the local databases. @throws Error if one cannot be applied */
export async function migrate({ children, settings, log }: Surroundings): Promise<void> {
  // Its stores have all migrations.
  if (preparedService() !== null) return;
  const script = join(PROJECT, 'scripts/lib/migrate-local.ts');
  const child = children.start([process.execPath, script, settings.stateDir, ...databaseBindings()], {
    cwd: PROJECT,
    env: { ...offlineEnv(), WRANGLER_LOG: 'warn' },
    onLine: (line) => log.take(line, 'migrations'),
  });
  if ((await child.ended) !== 0) throw new Error(`The migrations could not be applied.\n${log.tail()}`);
}

/**
 * Starts `wrangler dev` with these settings, which replace those of wrangler.toml.
 *
 * @param onFailedBuild called each time the build after an edit fails
 */
export function startWorker(
  { children, settings, log }: Surroundings,
  workerVars: Record<string, string>,
  onFailedBuild: () => void,
): Child {
  const file = join(settings.stateDir, 'worker.env');
  writeWorkerVars(file, workerVars);
  const port = ['--port', String(settings.port), '--inspector-port', process.env.INSPECTOR_PORT ?? '0'];
  const prepared = preparedService();
  const config = join(PROJECT, 'wrangler.toml');
  const bundle = prepared === null ? [] : [preparedWorker(prepared), '--no-bundle', '--config', config];
  const args = [
    ...['dev', ...bundle, '--ip', '127.0.0.1', ...port, '--persist-to', settings.stateDir, '--env-file', file],
    ...['--show-interactive-dev-session=false', '--log-level', process.env.WRANGLER_LOG ?? 'info'],
  ];
  const env = { ...offlineEnv(), WRANGLER_REGISTRY_PATH: join(settings.stateDir, 'registry') };
  return children.start([...WRANGLER, ...args], {
    cwd: PROJECT,
    env,
    onLine(line) {
      log.take(line, 'wrangler');
      if (FAILED_BUILD.test(line)) onFailedBuild();
    },
  });
}

/**
 * Waits until all stores answer. A key set that is not available yet does not prevent the start: settings were checked
 * before.
 *
 * @throws Error after two minutes, with the end of the log
 */
export async function untilHealthy(service: string, log: LogFile): Promise<void> {
  const deadline = Date.now() + START_PATIENCE_MS;
  let last = 'no answer';
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${service}/healthz`, { signal: AbortSignal.timeout(10_000) });
      last = `${response.status} ${await response.text()}`;
      const { status } = JSON.parse(last.slice(4)) as { status: string };
      if (status === 'ok' || status === 'misconfigured') return;
    } catch {
      // The service is not listening yet.
    }
    await sleep(POLL_MS);
  }
  throw new Error(`The service is not healthy: ${last}\n${log.tail()}`);
}
