/** The OpenAPI text in others' hands: linters find nothing to say, and what generators make of it compiles. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';

const PROJECT = join(import.meta.dirname, '../..');
const TOOLS = join(PROJECT, 'tools/openapi/node_modules');
const DOCUMENT = join(PROJECT, 'assets/openapi.json');

describe.skipIf(!isThere('tools/openapi'))('the OpenAPI text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-openapi-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has no error and no warning by the recommended rules of redocly', () => {
    const report = run('@redocly/cli/bin/cli.js', 'lint', '--config', rules('redocly'), '--format=json', DOCUMENT);
    const { totals, problems } = JSON.parse(report) as { totals: object; problems: { ruleId: string }[] };
    expect({ totals, rules: problems.map(({ ruleId }) => ruleId) }).toEqual({
      totals: { errors: 0, warnings: 0, ignored: 0 },
      rules: [],
    });
  });

  it('has no error and no warning by the rules of spectral for OpenAPI', () => {
    const report = run(
      '@stoplight/spectral-cli/dist/index.js',
      'lint',
      '--ruleset',
      rules('spectral'),
      '--format=json',
      '--quiet',
      DOCUMENT,
    );
    expect(JSON.parse(report)).toEqual([]);
  });

  it('becomes types that compile under strict', () => {
    const types = join(folder, 'api.d.ts');
    run('openapi-typescript/bin/cli.js', DOCUMENT, '--output', types);
    expect(run('typescript/bin/tsc', '--strict', '--noEmit', '--skipLibCheck', 'false', types)).toBe('');
  });
});

/** What a linter's rules are, and which of them are not ours. */
function rules(linter: string): string {
  return join(PROJECT, 'tools/openapi', `${linter}.yaml`);
}

/** What a tool writes to stdout; linters exit with 1 when they find something, and what they found is the answer. */
function run(program: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [join(TOOLS, program), ...args], {
      cwd: PROJECT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
