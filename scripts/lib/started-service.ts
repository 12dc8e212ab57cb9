/** A real `npm start` with its own ports, stores and secret. For tests, and for pictures of the service. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from './free-ports.ts';
import { copyStores, PREPARED, preparedService } from './prepared-service.ts';
import { signToken, type TokenOptions } from './token.ts';
import { PROJECT } from './wrangler.ts';

export { PROJECT };

export interface StartOptions {
  /** Additional environment variables, such as `DEMO` and `RATE_LIMITS`. */
  env?: Record<string, string>;
  /** Stores of an earlier start. Without it, new ones that are removed at the end. */
  stateDir?: string;
  /** Content of `.dev.vars`. Default: empty. */
  devVars?: string;
  /** Arguments of `npm start`. */
  args?: readonly string[];
  /** A copy of the project. Default: this one. */
  folder?: string;
  /**
   * Builds and migrates as for a person, for tests of `npm start` itself. Default: on what `npm test` has prepared, if
   * it runs this test and there is no `folder`.
   */
  whole?: boolean;
}

/** A started service; `stop` ends it. */
export class Service {
  readonly port: number;
  readonly originPort: number;
  readonly stateDir: string;
  readonly secret: string;
  /** npm's process. */
  readonly process: ChildProcess;
  /** Its output so far. */
  readonly lines: string[] = [];
  readonly #awaited: { pattern: RegExp; resolve: (line: string) => void }[] = [];
  /** Exit code of npm. */
  readonly ended: Promise<number | null>;

  private constructor(
    where: { port: number; originPort: number; stateDir: string; secret: string },
    env: Record<string, string>,
    args: readonly string[],
    folder: string,
  ) {
    this.port = where.port;
    this.originPort = where.originPort;
    this.stateDir = where.stateDir;
    this.secret = where.secret;
    this.process = spawn('npm', ['start', '--', ...args], {
      cwd: folder,
      env: { ...cleanEnv(), ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => this.process.on('close', resolve));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => this.#take(line));
    }
  }

  /** Starts a service and waits until it reports that it is ready. @throws Error with its output if it ends instead */
  static async start(options: StartOptions = {}): Promise<Service> {
    const service = await Service.launch(options);
    const ready = service.lineWith(/^ready /);
    const outcome = await Promise.race([ready, service.ended.then(() => null)]);
    if (outcome === null) throw new Error(`npm start ended:\n${service.lines.join('\n')}`);
    return service;
  }

  /** Starts a service without waiting for it. */
  static async launch({
    env = {},
    stateDir,
    devVars = '',
    args = [],
    folder = PROJECT,
    whole = folder !== PROJECT,
  }: StartOptions = {}): Promise<Service> {
    const [port, originPort] = await freePorts();
    const where = {
      port,
      originPort,
      stateDir: stateDir ?? (await mkdtemp(join(tmpdir(), 'freshet-'))),
      secret: randomBytes(32).toString('hex'),
    };
    mkdirSync(where.stateDir, { recursive: true });
    writeFileSync(join(where.stateDir, 'dev.vars'), devVars);
    const prepared = whole ? null : preparedService();
    if (prepared === null) return new Service(where, env, args, folder);
    // Here, not in the process that starts: killed amid the copy, it would leave half of the stores.
    copyStores(prepared, where.stateDir);
    return new Service(where, { ...env, [PREPARED]: prepared }, args, folder);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get originUrl(): string {
    return `http://127.0.0.1:${this.originPort}`;
  }

  /** Environment variables by which scripts find this service. */
  get env(): Record<string, string> {
    return {
      PORT: String(this.port),
      ORIGIN_PORT: String(this.originPort),
      STATE_DIR: this.stateDir,
      DEV_VARS: join(this.stateDir, 'dev.vars'),
      JWT_SECRET: this.secret,
    };
  }

  /** Resolves with the first line that matches, printed already or later. */
  lineWith(pattern: RegExp): Promise<string> {
    const seen = this.lines.find((line) => pattern.test(line));
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve) => this.#awaited.push({ pattern, resolve }));
  }

  token(user: string, options: Partial<TokenOptions> = {}): Promise<string> {
    return signToken(this.secret, user, { expiresS: 3600, ...options });
  }

  /** Stops the service as an operator would, and removes its stores. Returns npm's exit code. */
  async stop(): Promise<number | null> {
    this.process.kill('SIGTERM');
    const code = await this.ended;
    // What was killed may write for a moment more.
    await rm(this.stateDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    return code;
  }

  #take(line: string): void {
    this.lines.push(line);
    for (const { pattern, resolve } of this.#awaited) if (pattern.test(line)) resolve(line);
  }
}

/** The environment without the variables of the test runner and npm, which would change the start of the service. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_|VITEST|NODE_ENV$|TEST$|MODE$|DEV$|PROD$|BASE_URL$|SSR$|JWT_|DEMO$|RATE_LIMITS$|DEV_VARS$|ORIGIN_|PREPARED_SERVICE$)/;
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (foreign.test(name)) env[name] = undefined;
  return env;
}
