/** Runs a program to its end, as a person at a shell would. */

import { execFile } from 'node:child_process';
import { cleanEnv, PROJECT } from './service.ts';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: PROJECT, env: { ...cleanEnv(), ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
