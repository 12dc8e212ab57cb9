/**
 * A built Worker in workerd without `wrangler dev` in front: requests go directly to a socket of workerd, so that only
 * the Worker and the local stores are measured, without a proxy. Bindings are those of wrangler.toml.
 */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as optionsOf } from 'wrangler';
import { signToken, type TokenOptions } from '../../../scripts/lib/token.ts';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';
import { Api, type Server } from './api.ts';
import { descendantsOf } from './processes.ts';

/** How a Worker is run. */
export interface LocalWorkerOptions {
  /** Path of the built script, a single ES module. */
  script: string;
  /** Settings in addition to those of wrangler.toml; rate limits are off by default. */
  vars?: Record<string, string>;
  /** Changes to wrangler.toml: more bindings, another class of object. */
  more?: Partial<V4WorkerOptions>;
  /** Receives the warnings and errors that the Worker logs; by default they are printed. */
  logged?(message: string): void;
}

/** Life of tokens: some measurements move the Worker's clock forward by weeks. */
const YEAR_S = 365 * 86_400;
const SCOPES = 'cache:read cache:refresh cache:admin';

/** A running Worker with its own stores, which survive a restart and are deleted by `stop`. */
export class LocalWorker implements Server {
  /** Its API. */
  readonly api: Api;
  readonly secret = randomBytes(32).toString('base64url');
  readonly #options: LocalWorkerOptions;
  readonly #stores = mkdtempSync(join(tmpdir(), 'freshet-stores-'));
  #running: { miniflare: Miniflare; url: string; pids: readonly number[] } | null = null;

  /** `run` starts it. `user` sends the requests of `api` unless another one is named. */
  protected constructor(options: LocalWorkerOptions, user?: string) {
    this.#options = options;
    this.api = new Api(this, user);
  }

  static async start(options: LocalWorkerOptions): Promise<LocalWorker> {
    const worker = new LocalWorker(options);
    await worker.run();
    return worker;
  }

  /** Its URL: a socket of workerd. */
  get url(): string {
    return this.#now.url;
  }

  /** The Worker's processes. */
  get pids(): readonly number[] {
    return this.#now.pids;
  }

  /** A binding of the Worker's environment, as Miniflare's proxy gives it. */
  async binding<Binding>(name: string): Promise<Binding> {
    const bindings = await this.#now.miniflare.getBindings('worker');
    return bindings[name] as Binding;
  }

  /** A token, by default with all scopes. */
  token(user: string, options: Partial<TokenOptions> = {}): Promise<string> {
    return signToken(this.secret, user, { scope: SCOPES, expiresS: YEAR_S, ...options });
  }

  /** Stops it and starts it again with the same stores, as after a deploy. */
  async restart(): Promise<void> {
    await this.#now.miniflare.dispose();
    await this.run();
  }

  /** Kills it, and starts it again with the same stores. */
  async kill(): Promise<void> {
    for (const pid of this.pids) process.kill(pid, 'SIGKILL');
    await this.#now.miniflare.dispose().catch(() => undefined);
    await this.run();
  }

  async stop(): Promise<void> {
    // A Worker that was killed cannot stop properly.
    await this.#running?.miniflare.dispose().catch(() => undefined);
    rmSync(this.#stores, { recursive: true, force: true });
  }

  /** Starts it with its stores, and applies the schema if they are new. */
  protected async run(): Promise<void> {
    const { script, vars = {}, more = {}, logged = console.error } = this.#options;
    const before = new Set(descendantsOf(process.pid));
    // The page at /docs is not measured.
    const { assets: _assets, ...worker } = optionsOf(join(PROJECT, 'wrangler.toml')).workerOptions;
    const usual = { JWT_SECRET: this.secret, RATE_LIMITS: 'off', ORIGIN_HOSTS: '127.0.0.1' };
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...worker,
        name: 'worker',
        rootPath: '/',
        modules: [{ type: 'ESModule', path: script, contents: readFileSync(script) }],
        modulesRoot: '/',
        bindings: { ...(worker.bindings as Record<string, string>), ...usual, ...vars },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        resourcePersistencePath: this.#stores,
        cf: false,
        // Each load logs a line; only warnings and errors matter here.
        handleStructuredLogs: ({ level, message }) => {
          if (level !== 'info') logged(message);
        },
        ...more,
      } as Parameters<typeof convertV4MiniflareOptions>[0]),
    );
    await miniflare.ready;
    const { origin: url } = await miniflare.unsafeGetDirectURL('worker');
    const pids = descendantsOf(process.pid).filter((pid) => !before.has(pid));
    await applyMigrations(await miniflare.getD1Database('DB'));
    this.#running = { miniflare, url, pids };
  }

  get #now() {
    if (this.#running === null) throw new Error('The Worker does not run.');
    return this.#running;
  }
}

/** Stores from an earlier run already have the schema. */
async function applyMigrations(db: Awaited<ReturnType<Miniflare['getD1Database']>>): Promise<void> {
  if ((await db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'resources'").first()) !== null) return;
  for (const { queries } of await readD1Migrations(join(PROJECT, 'migrations'))) {
    await db.batch(queries.map((query) => db.prepare(query)));
  }
}
