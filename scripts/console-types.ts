/** `npm run console:types`: writes the console's types of the API from the OpenAPI text of the service. */

import { writeFileSync } from 'node:fs';
import { CONSOLE_TYPES, makeConsoleTypes } from './console/types.ts';
import { isThere, remedyFor } from './test/needs.ts';

if (!isThere('tools/openapi')) {
  console.error(`The generator is not installed: ${remedyFor('tools/openapi')}`);
  process.exit(1);
}
writeFileSync(CONSOLE_TYPES, await makeConsoleTypes());
