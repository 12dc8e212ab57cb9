/** Before each file of property tests: fast-check begins at the seed of this run (`TEST_SEED`), and prints it when a property fails. */
import fc from 'fast-check';
import { inject } from 'vitest';

fc.configureGlobal({ seed: inject('seed') });
