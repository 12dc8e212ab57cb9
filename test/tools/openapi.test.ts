/** The OpenAPI text in others' hands: linters find nothing to say, and what generators make of it compiles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { DOCUMENT, NOTHING_FOUND, redocly, runTool, spectral } from './support/linters.ts';

describe.skipIf(!isThere('tools/openapi'))('the OpenAPI text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-openapi-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has no error and no warning by the recommended rules of redocly', () => {
    expect(redocly(DOCUMENT)).toEqual(NOTHING_FOUND);
  });

  it('has no error and no warning by the rules of spectral for OpenAPI', () => {
    expect(spectral(DOCUMENT)).toEqual([]);
  });

  it('becomes types that compile under strict', () => {
    const types = join(folder, 'api.d.ts');
    runTool('openapi-typescript/bin/cli.js', DOCUMENT, '--output', types);
    expect(runTool('typescript/bin/tsc', '--strict', '--noEmit', '--skipLibCheck', 'false', types)).toBe('');
  });
});
