/**
 * The load generator: wrk, one thread, closed loop (https://github.com/wg/wrk). It needs little CPU compared with the
 * server.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Shot } from './shot.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'wrk.lua');
const TIMEOUT_S = 10;

/** The counts of a run. */
export interface Load {
  requests: number;
  perS: number;
  p50Ms: number;
  p99Ms: number;
  /** Mean size of an answer with its head. */
  meanBytes: number;
  /** Failed connections, time-outs, and statuses of 400 or more. */
  errors: number;
}

/** @throws Error that says how to install wrk if it is missing */
export async function demandWrk(): Promise<void> {
  const found = await run('wrk', ['-v']).catch((error: NodeJS.ErrnoException) => error);
  // It prints its version with exit code 1.
  if ('code' in found && found.code === 'ENOENT') {
    throw new Error(
      'The load generator wrk is missing: apt-get install wrk (Debian, Ubuntu) or brew install wrk (macOS).',
    );
  }
}

/** Sends a request repeatedly on this many connections. */
export async function fire(url: string, shot: Shot, how: { connections: number; seconds: number }): Promise<Load> {
  const { connections, seconds } = how;
  const load = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', `${TIMEOUT_S}s`, '-s', SCRIPT, url, '--'];
  const { stdout } = await run('wrk', [...load, ...wordsOf(shot)]);
  const counted = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? '') as Record<string, number>;
  const { requests = 0, us = 0, bytes = 0, errors = 0, refused = 0, p50Us = 0, p99Us = 0 } = counted;
  return {
    requests,
    perS: requests / (us / 1e6),
    p50Ms: p50Us / 1000,
    p99Ms: p99Us / 1000,
    meanBytes: bytes / requests,
    errors: errors + refused,
  };
}

function wordsOf({ method = 'GET', path, headers, body, count = 1, first = 1 }: Shot): string[] {
  return [
    `method=${method}`,
    `path=${path}`,
    ...(body === undefined ? [] : [`body=${body}`]),
    ...Object.entries(headers).map(([name, value]) => `header=${name}: ${value}`),
    `first=${first}`,
    `count=${count}`,
  ];
}
