import type { D1Migration } from 'cloudflare:test';

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
      /** Only in the project `shards`. */
      DB_1?: D1Database;
      DB_2?: D1Database;
      /** Only in the project `sql`. */
      SQL_TEST?: Hyperdrive;
      SQL_ADMIN?: Hyperdrive;
      JWT_SECRET: string;
      ORIGIN_TEST_TOKEN: string;
      ORIGIN_TEST_KEY: string;
      ORIGIN_TEST_HOOK: string;
      ORIGIN_TEST_NEXT_HOOK: string;
    }
  }
}
declare module 'vitest' {
  interface ProvidedContext {
    originUrl: string;
    /** In the project `sql`: the URL for a superuser; null: PostgreSQL is not installed here. */
    postgresUrl: string | null;
    fuzzRuns: number;
    herdDevices: number;
    raceRounds: number;
    modelRuns: number;
    originRuns: number;
    /** `all`: each call of a store fails in every mode, otherwise in one. */
    strikes: string;
    seed: number;
  }
}
