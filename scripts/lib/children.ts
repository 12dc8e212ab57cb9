/** Child processes, each in a process group of its own, so that what they start in turn ends with them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
  /** Gets each line of its output. */
  onLine(line: string): void;
  /** Opens a channel, so that the child can tell that it is ready and sees when we are gone. */
  channel?: boolean;
}

const PATIENCE_MS = 5000;
const POLL_MS = 20;

/** All children of this process; once stopped it starts no more. */
export class Children {
  readonly #groups = new Set<number>();
  #warden: Child | undefined;
  #stopped = false;

  /** @throws Error when stopped, or when the program cannot be run */
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

  /** Ends all groups: asks first, and kills what is left after 5 s. */
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

  /** Tells the warden of a group: should this process be killed outright, it kills what is left of them. */
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
  // It may have been killed; then there is nobody to tell.
  warden.stdin.on('error', () => {});
  return { process: warden, ended: endOf(warden) };
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
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
