/**
 * What the services that tests start have in common, made once by `npm test`: the Worker's bundle and the static assets,
 * and empty stores with all migrations. Bundling and migrating take more than half of the CPU of `npm start`.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { databaseBindings, offlineEnv, PROJECT, runWrangler } from './wrangler.ts';

/** The environment variable by which `npm start` and its build find the folder. Nothing but tests sets it. */
export const PREPARED = 'PREPARED_SERVICE';
/** Where the stores are in a STATE_DIR. */
const STORES = 'v3';

/** The folder; null unless `npm test` set it for this process. */
export function preparedService(): string | null {
  return process.env[PREPARED] ?? null;
}

/** The Worker's bundle. */
export function preparedWorker(folder: string): string {
  return join(folder, 'worker/index.js');
}

/** Copies the empty stores into a STATE_DIR, unless it has the stores of an earlier start. */
export function copyStores(folder: string, stateDir: string): void {
  const stores = join(stateDir, STORES);
  if (!existsSync(stores)) cpSync(join(folder, STORES), stores, { recursive: true });
}

/**
 * Prepares a service in a new folder. Returns the environment of processes that start it: it also names a folder for the
 * code that Node.js has compiled, of which wrangler is megabytes. @throws Error with the output of what failed
 */
export async function prepareService(folder: string): Promise<Record<string, string>> {
  const env = offlineEnv();
  const build = ['deploy', '--dry-run', '--outdir', join(folder, 'worker')];
  const { code, output } = await runWrangler(build, { env, show: false });
  if (code !== 0) throw new Error(`The Worker could not be built:\n${output}`);
  const migrate = join(PROJECT, 'scripts/lib/migrate-local.ts');
  execFileSync(process.execPath, [migrate, folder, ...databaseBindings()], { cwd: PROJECT, env });
  return { [PREPARED]: folder, NODE_COMPILE_CACHE: join(folder, 'compiled') };
}
