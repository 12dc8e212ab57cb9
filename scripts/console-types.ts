/** `npm run console:types`: writes the console's types of the API from the OpenAPI text of the service. */

import { writeFileSync } from 'node:fs';
import { CONSOLE_TYPES, makeConsoleTypes } from './console/types.ts';
import { readCommandLine } from './lib/command-line.ts';
import { isThere, remedyFor } from './test/needs.ts';

readCommandLine(
  `Usage: npm run console:types
Writes console/api.d.ts, the console's types of the API, from the OpenAPI text of the service. It has no options.`,
  {},
);

if (!isThere('tools/openapi')) {
  console.error(`The generator is not installed: ${remedyFor('tools/openapi')}`);
  process.exit(1);
}
writeFileSync(CONSOLE_TYPES, await makeConsoleTypes());
