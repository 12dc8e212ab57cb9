/** The types of the API in the console are those of the OpenAPI text. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONSOLE_TYPES, makeConsoleTypes } from '../../scripts/console/types.ts';
import { isThere } from '../../scripts/test/needs.ts';

describe.skipIf(!isThere('tools/openapi'))('the types of the API in the console', () => {
  it('are what `npm run console:types` makes now', async () => {
    expect(readFileSync(CONSOLE_TYPES, 'utf8') === (await makeConsoleTypes())).toBe(true);
  });
});
