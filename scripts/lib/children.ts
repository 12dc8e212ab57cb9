/** Child processes, each in a process group of its own, so that what they start in turn ends with them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that was started. */
export interface Child {
  process: ChildProcess;
  /** Its exit code, or null after a signal. */
  ended: Promise<number | null>;
}

/** How a process is started. */
export interface ChildOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Descriptor of the file that gets its output; undefined: ours. */
  output?: number;
  /** Opens a channel, so that the child can tell that it is ready and sees when we are gone. */
  channel?: boolean;
}

const PATIENCE_MS = 5000;
const POLL_MS = 20;

/** All children of this process; once stopped it starts no more. */
export class Children {
  readonly #groups = new Set<number>();
  #stopped = false;

  /** @throws Error when stopped, or when the program cannot be run */
  start([program, ...args]: readonly [string, ...string[]], options: ChildOptions): Child {
    if (this.#stopped) throw new Error('stopped');
    const output = options.output ?? 'inherit';
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', output, output, ...(options.channel ? (['ipc'] as const) : [])],
    });
    if (child.pid !== undefined) this.#groups.add(child.pid);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', resolve);
    });
    return { process: child, ended };
  }

  /** Ends all groups: asks first, and kills what is left after 5 s. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const group of this.#groups) signal(group, 'SIGTERM');
    const deadline = Date.now() + PATIENCE_MS;
    while (this.#alive() && Date.now() < deadline) await sleep(POLL_MS);
    for (const group of this.#groups) signal(group, 'SIGKILL');
    while (this.#alive()) await sleep(POLL_MS);
  }

  #alive(): boolean {
    return Array.from(this.#groups).some((group) => signal(group, 0));
  }
}

/** False when the group has no process left. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}
