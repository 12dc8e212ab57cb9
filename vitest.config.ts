import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

// `unit` and `property` run in plain Node: pure modules. `worker` runs inside workerd against real local stores.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'] } },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                JWT_SECRET: 'a secret of the tests, not of any service',
                ORIGIN_HOSTS: '127.0.0.1,*.example.com',
                ORIGIN_TEST_TOKEN: 'secret of the origin',
              },
            },
          })),
        ],
        test: {
          name: 'worker',
          include: ['test/worker/**/*.test.ts'],
          globalSetup: ['test/support/origin-server.ts'],
          setupFiles: ['test/support/migrate.ts'],
        },
      },
    ],
  },
});
