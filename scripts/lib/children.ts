/** Child processes, each in its own process group, so that the processes that they start end with them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A started process. */
export interface Child {
  process: ChildProcess;
  /** Its exit code, or null after a signal. */
  ended: Promise<number | null>;
}

/** How to start a process. */
export interface ChildOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Called with each line of its output. */
  onLine(line: string): void;
  /** Opens a channel, so that the child can report that it is ready, and notices when this process is gone. */
  channel?: boolean;
}

const PATIENCE_MS = 5000;
const POLL_MS = 20;

/** All children of this process. After `stop` it starts no more. */
export class Children {
  readonly #groups = new Set<number>();
  #warden: Child | undefined;
  #stopped = false;

  /** @throws Error after `stop`, or if the program cannot be run */
  start([program, ...args]: readonly [string, ...string[]], options: ChildOptions): Child {
    if (this.#stopped) throw new Error('stopped');
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(options.channel ? (['ipc'] as const) : [])],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface(stream).on('line', options.onLine);
    }
    if (child.pid !== undefined) this.#watch(child.pid);
    return { process: child, ended: endOf(child) };
  }

  /** Ends all groups: asks them to stop, and kills the rest after 5 s. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const group of this.#groups) signal(group, 'SIGTERM');
    const deadline = Date.now() + PATIENCE_MS;
    while (this.#alive() && Date.now() < deadline) await sleep(POLL_MS);
    for (const group of this.#groups) signal(group, 'SIGKILL');
    while (this.#alive()) await sleep(POLL_MS);
    this.#warden?.process.stdin?.end('done\n');
    await this.#warden?.ended;
  }

  /** Tells the warden about a group, so that it kills the group if this process is killed with SIGKILL. */
  #watch(group: number): void {
    this.#groups.add(group);
    this.#warden ??= startWarden();
    this.#warden.process.stdin?.write(`${group}\n`);
  }

  #alive(): boolean {
    return Array.from(this.#groups).some((group) => signal(group, 0));
  }
}

function startWarden(): Child {
  const warden = spawn(process.execPath, [join(import.meta.dirname, 'warden.ts')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // The warden may have been killed; then this write fails, and nobody needs it.
  warden.stdin.on('error', () => {});
  return { process: warden, ended: endOf(warden) };
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
}

/** Returns false if the group has no process left. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}
