import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const shardTests = ['test/worker/shards/*.test.ts'];
const objectTests = ['cache-object*', 'run-refresh*', 'faults/*'].map((name) => `test/worker/${name}.test.ts`);

/** What is random in a test comes from here: the same at each run unless told, so that no run fails by chance alone. */
const SEED = Number(process.env.TEST_SEED ?? 1);
/** No test asserts a time; this only ends one that hangs, also on a busy machine. */
const PATIENCE_MS = 60_000;
/** What a test waits for, it waits for as long: by default vitest gives up after a second. */
const patient = { testTimeout: PATIENCE_MS, expect: { poll: { timeout: PATIENCE_MS } } };

// `unit` and `property` run in plain Node: pure modules. `worker` runs inside workerd against real local stores, and so
// does `object`, with a Worker whose queue consumer only takes notes: there the tests themselves play the consumer; and
// `shards`, with three databases, while rows move to them from the first.
export default defineConfig({
  test: {
    // More than there are cores: the tests mostly wait for timers and stores.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // What the service logs is asserted where it matters; printed by each test, it would hide what failed.
    silent: 'passed-only',
    projects: [
      // Over HTTP against a real `npm start`: each file starts whole services. `npm test` runs it beside the others.
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...patient,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          provide: { seed: SEED },
          sequence: { groupOrder: 1 },
        },
      },
      // Counts CPU, so `npm test` runs it before the others and beside nothing.
      {
        test: {
          name: 'alone',
          include: ['test/alone/**/*.test.ts'],
          ...patient,
          testTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
      // With others' programs, which `npm run test:all` installs in tools/.
      {
        test: {
          name: 'tools',
          include: ['test/tools/**/*.test.ts'],
          ...patient,
          testTimeout: 2 * PATIENCE_MS,
          globalSetup: ['test/support/build.ts'],
        },
      },
      // The device client in Node, and in a real Chromium: each file there starts a browser and mostly waits for it.
      {
        test: {
          name: 'client',
          include: ['client/test/unit/**/*.test.ts'],
          ...patient,
          setupFiles: ['test/support/seed.ts'],
          provide: { seed: SEED },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['client/test/browser/**/*.test.ts', 'console/test/**/*.test.ts'],
          ...patient,
          testTimeout: 2 * PATIENCE_MS,
          hookTimeout: 180_000,
          maxWorkers: 2,
          globalSetup: ['client/test/support/unpack-browser.ts'],
          setupFiles: ['test/support/seed.ts'],
          provide: { seed: SEED },
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
          ...patient,
          // A process for each file would mostly load vitest again; restore.ts keeps files apart.
          isolate: false,
          setupFiles: ['test/support/seed.ts', 'test/support/restore.ts'],
          provide: { seed: SEED },
        },
      },
      {
        plugins: [inWorkerd('./src/index.ts')],
        test: {
          name: 'worker',
          include: ['test/worker/**/*.test.ts'],
          exclude: [...objectTests, ...shardTests],
          ...patient,
          globalSetup: ['test/support/build.ts', 'test/support/origin-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
          // How many random requests (test/worker/attacks/fuzz.test.ts), devices (test/worker/sync-herd.test.ts), and checks
          // that race with commits (test/worker/live-race.test.ts).
          provide: {
            fuzzRuns: Number(process.env.FUZZ_RUNS ?? 500),
            herdDevices: Number(process.env.HERD_DEVICES ?? 500),
            raceRounds: Number(process.env.RACE_ROUNDS ?? 4),
            seed: SEED,
          },
        },
      },
      {
        plugins: [inWorkerd('./test/support/object-worker.ts')],
        test: {
          name: 'object',
          include: objectTests,
          ...patient,
          // How many sequences of commands (test/worker/faults/object-model.test.ts) and answers (origin-campaign.test.ts), and in
          // which ways a call of a store fails (store-faults.test.ts).
          provide: {
            modelRuns: Number(process.env.MODEL_RUNS ?? 16),
            originRuns: Number(process.env.ORIGIN_RUNS ?? 200),
            strikes: process.env.STRIKES ?? 'one',
            seed: SEED,
          },
          globalSetup: ['test/support/origin-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
        },
      },
      // Against a PostgreSQL that is started for it, where there is one (scripts/test/postgres.ts).
      {
        plugins: [inWorkerd('./src/index.ts', { withDatabase: true })],
        test: {
          name: 'sql',
          include: ['test/sql/*.test.ts'],
          // One file ends the sessions of a role that the other uses.
          maxWorkers: 1,
          ...patient,
          testTimeout: 2 * PATIENCE_MS,
          hookTimeout: 2 * PATIENCE_MS,
          provide: { seed: SEED },
          globalSetup: ['test/support/build.ts', 'test/support/origin-server.ts', 'test/support/postgres-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
        },
      },
      {
        plugins: [
          inWorkerd('./src/index.ts', {
            d1Databases: { DB_1: 'freshet-1', DB_2: 'freshet-2' },
            bindings: { SYNC_SHARDS: '3,1', ENTRY_SHARDS: '3,1' },
          }),
        ],
        test: {
          name: 'shards',
          include: shardTests,
          ...patient,
          provide: { seed: SEED },
          globalSetup: ['test/support/build.ts', 'test/support/origin-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
        },
      },
    ],
  },
});

interface More {
  d1Databases?: Record<string, string>;
  bindings?: Record<string, string>;
  /** With the bindings `SQL_TEST`, whose role only reads, and `SQL_ADMIN`. */
  withDatabase?: boolean;
}

function inWorkerd(main: string, { d1Databases = {}, bindings = {}, withDatabase = false }: More = {}) {
  return cloudflareTest(async ({ inject }) => ({
    main,
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      d1Databases,
      ...(withDatabase ? { hyperdrives: databasesAt(inject('postgresUrl')) } : {}),
      // A private network with one server, which tells what it was asked.
      serviceBindings: { VIA_TEST: tellWhatWasAsked },
      bindings: {
        TEST_MIGRATIONS: await readD1Migrations('./migrations'),
        JWT_SECRET: 'a secret of the tests, not of any service',
        // What somebody keeps in .dev.vars must not get into the tests.
        JWT_JWKS_URL: '',
        JWT_PUBLIC_KEY: '',
        JWT_ISSUER: '',
        JWT_AUDIENCE: '',
        // Each count is a write to disk here; tests of the limits turn them on.
        RATE_LIMITS: 'off',
        LOG_SAMPLE: '1',
        // As locally (scripts/start.ts): a queue runs one batch at a time here.
        WAIT_UNTIL_MS: '3600000',
        ORIGIN_HOSTS: '127.0.0.1,*.example.com',
        ORIGIN_TEST_TOKEN: 'secret of the origin',
        ORIGIN_TEST_KEY: 'K3y-Of-The-Origin',
        ORIGIN_TEST_HOOK: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        ORIGIN_TEST_NEXT_HOOK: 'whsec_d2UncmUtbm8tc3RyYW5nZXJzLXRvLWxvdmUtWW91',
        ...bindings,
      },
    },
  }));
}

async function tellWhatWasAsked(request: { url: string; headers: Iterable<[string, string]> }) {
  const told = JSON.stringify({ url: request.url, headers: Object.fromEntries(request.headers) });
  return new Response(told, { headers: { 'Content-Type': 'application/json' } }) as never;
}

/** Null: there is no PostgreSQL here, and what needs one skips itself. */
function databasesAt(admin: string | null): Record<string, string> {
  if (admin === null) return {};
  const reader = new URL(admin);
  reader.username = 'reader';
  return { SQL_TEST: reader.href, SQL_ADMIN: admin };
}
