/** Runs a program to its end, as a user in a shell does. */

import { execFile } from 'node:child_process';
import { cleanEnv, PROJECT } from './service.ts';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** `folder` is where it runs: the project's, unless told. */
export function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  folder = PROJECT,
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env: { ...cleanEnv(), ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
