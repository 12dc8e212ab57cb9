/** The suites of `npm test` and `npm run test:all`, and what each needs. */

import type { Need } from './needs.ts';

/** One command that passes or fails as a whole. */
export interface Check {
  kind: 'check';
  name: string;
  command: readonly [program: string, ...args: string[]];
}

/** Projects of vitest.config.ts, counted by test. */
export interface Projects {
  kind: 'vitest';
  name: string;
  projects: readonly string[];
  /** Some of its tests are skipped without these. */
  needs: readonly Need[];
}

export type Suite = Check | Projects;

/**
 * Lanes run in parallel, the suites of a lane one after the other. Tests in workerd mostly compute, and tests over HTTP
 * mostly wait for processes, so together they take less time than one after the other.
 */
export type Lanes = readonly (readonly Suite[])[];

const CHECKS: readonly Check[] = [
  {
    kind: 'check',
    name: 'types of the bindings',
    command: ['wrangler', 'types', 'src/worker-env.d.ts', '--check'],
  },
  { kind: 'check', name: 'types', command: ['tsc', '--noEmit'] },
  { kind: 'check', name: 'types of the client', command: ['tsc', '-p', 'client'] },
  { kind: 'check', name: "types of the client's tests", command: ['tsc', '-p', 'client/test'] },
  { kind: 'check', name: 'types of Tablet', command: ['tsc', '-p', 'demo/tablet'] },
  { kind: 'check', name: 'types of the console', command: ['tsc', '-p', 'console'] },
  { kind: 'check', name: "types of the console's tests", command: ['tsc', '-p', 'console/test'] },
  { kind: 'check', name: 'lint and format', command: ['biome', 'check', '--error-on-warnings'] },
];
/** Measures CPU time, which parallel suites would increase. So it runs before the lanes. */
export const FIRST: Suite = { kind: 'vitest', name: 'tests that count CPU', projects: ['alone'], needs: [] };
const MODULES_AND_WORKERD: Projects = {
  kind: 'vitest',
  name: 'tests of pure modules and inside workerd',
  projects: ['unit', 'client', 'worker', 'object', 'shards'],
  needs: [],
};
const OVER_HTTP: Projects = {
  kind: 'vitest',
  name: 'tests over HTTP, of real services',
  projects: ['e2e'],
  needs: ['postgresql'],
};
const WITH_A_DATABASE: Projects = {
  kind: 'vitest',
  name: 'tests with a real PostgreSQL',
  projects: ['sql'],
  needs: ['postgresql'],
};
const IN_A_BROWSER: Projects = {
  kind: 'vitest',
  name: 'tests of the device client, in a browser',
  projects: ['browser'],
  needs: ['browser'],
};
const TOOLS: Projects = {
  kind: 'vitest',
  name: "tests with others' tools",
  projects: ['tools'],
  needs: ['tools/openapi', 'tools/drivers', 'tools/peers', 'browser'],
};

/** Every check, as a first pass: about 13 minutes on two cores; the aim is 8. */
export const USUAL: Lanes = [[...CHECKS, MODULES_AND_WORKERD], [OVER_HTTP], [WITH_A_DATABASE, IN_A_BROWSER]];
/** The same with the long forms (LONG_FORMS), and with the checks that need tools. */
export const ALL: Lanes = [
  [...CHECKS, MODULES_AND_WORKERD],
  [OVER_HTTP, TOOLS],
  [WITH_A_DATABASE, IN_A_BROWSER],
];

/** Environment of the long forms: they test everything of which the usual forms test a part (test/README.md). */
export const LONG_FORMS: Readonly<Record<string, string>> = {
  FUZZ_RUNS: '3000',
  MODEL_RUNS: '100',
  ORIGIN_RUNS: '1000',
  EXPLORE: 'deep',
  STRIKES: 'all',
  CLIENT_MUTANTS: 'all',
  KILLED_TABS: '30',
  OPENED_CLIENTS: '1000',
  HERD_DEVICES: '5000',
  RACE_ROUNDS: '100',
  CONSOLE_CACHES: '10000',
  CONSOLE_LOOKS: 'all',
};
