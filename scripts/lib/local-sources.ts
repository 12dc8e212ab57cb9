/** Reads all sources of the local Worker's settings. */

import { makeSecret, readDevVars } from './dev-vars.ts';
import { type WorkerSettings, workerSettings } from './worker-settings.ts';
import { databaseBindings, deployedVars } from './wrangler.ts';

/** The settings of the local Worker, and the name of the file with the local ones. */
export function localWorkerSettings(env: NodeJS.ProcessEnv): WorkerSettings & { file: string } {
  const devVars = readDevVars(env);
  const settings = workerSettings({
    devVars,
    env,
    deployed: deployedVars(),
    databases: databaseBindings(),
    makeSecret: () => makeSecret(env),
  });
  return { ...settings, file: devVars.file };
}
