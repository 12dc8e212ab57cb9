/** Types of the API for the console, made by openapi-typescript (tools/openapi). */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';
import { openApiDocument } from '../openapi/document.ts';

/** Their file is in git, so that a build needs no generator. */
export const CONSOLE_TYPES = join(PROJECT, 'console/api.d.ts');

const GENERATOR = join(PROJECT, 'tools/openapi/node_modules/openapi-typescript/bin/cli.js');

/** The text of `console/api.d.ts` for the current routes. @throws Error if the generator is not installed or fails */
export async function makeConsoleTypes(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-console-'));
  try {
    const [document, types] = [join(folder, 'openapi.json'), join(folder, 'api.d.ts')];
    writeFileSync(document, JSON.stringify(await openApiDocument()));
    execFileSync(process.execPath, [GENERATOR, document, '--output', types], { stdio: 'pipe' });
    return readFileSync(types, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
