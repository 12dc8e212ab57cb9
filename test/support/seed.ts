/**
 * Before each file of property tests: sets fast-check's seed to that of this run (`TEST_SEED`), which is printed when a
 * property fails.
 */
import fc from 'fast-check';
import { inject } from 'vitest';

fc.configureGlobal({ seed: inject('seed') });
