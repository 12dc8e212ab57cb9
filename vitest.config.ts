import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

const objectTests = ['test/worker/cache-object*.test.ts', 'test/worker/run-refresh*.test.ts'];

// `unit` and `property` run in plain Node: pure modules. `worker` runs inside workerd against real local stores, and so
// does `object`, with a Worker whose queue consumer only takes notes: there the tests themselves play the consumer.
export default defineConfig({
  test: {
    // More than there are cores: the tests mostly wait for timers and stores.
    maxWorkers: 4,
    projects: [
      // Over HTTP against a real `npm start`, after the others: each file starts whole services.
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'] } },
      {
        plugins: [inWorkerd('./src/index.ts')],
        test: {
          name: 'worker',
          include: ['test/worker/**/*.test.ts'],
          exclude: objectTests,
          globalSetup: ['test/support/origin-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
        },
      },
      {
        plugins: [inWorkerd('./test/support/object-worker.ts')],
        test: {
          name: 'object',
          include: objectTests,
          globalSetup: ['test/support/origin-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
        },
      },
    ],
  },
});

function inWorkerd(main: string) {
  return cloudflareTest(async () => ({
    main,
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      bindings: {
        TEST_MIGRATIONS: await readD1Migrations('./migrations'),
        JWT_SECRET: 'a secret of the tests, not of any service',
        // What somebody keeps in .dev.vars must not get into the tests.
        JWT_JWKS_URL: '',
        JWT_PUBLIC_KEY: '',
        JWT_ISSUER: '',
        JWT_AUDIENCE: '',
        ORIGIN_HOSTS: '127.0.0.1,*.example.com',
        ORIGIN_TEST_TOKEN: 'secret of the origin',
      },
    },
  }));
}
