/** The benchmarks' origin (tools/measure/bench/origin.ts) as a child process. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'origin.ts');

/** A running origin. */
export interface OriginProcess {
  url: string;
  /** When the last byte of the last answer was written, ms since the epoch. */
  sentAt(): number;
  stop(): void;
}

/** Starts it on a free port of the loopback interface. */
export async function startOrigin(): Promise<OriginProcess> {
  const child = fork(SCRIPT);
  const [port] = await once(child, 'message');
  let sentAt = 0;
  child.on('message', (at) => {
    sentAt = Number(at);
  });
  return { url: `http://127.0.0.1:${port}`, sentAt: () => sentAt, stop: () => child.disconnect() };
}
