/** Linters of OpenAPI documents, which `npm ci --prefix tools/openapi` installs, and what they find. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../../..');
const TOOLS = join(PROJECT, 'tools/openapi');

/** The OpenAPI text as the build has made it. */
export const DOCUMENT = join(PROJECT, 'assets/openapi.json');

/** What redocly's recommended rules find in a document (tools/openapi/redocly.yaml says which are not ours). */
export function redocly(document: string): { totals: object; rules: string[] } {
  const rules = ['--config', join(TOOLS, 'redocly.yaml')];
  const report = runTool('@redocly/cli/bin/cli.js', 'lint', ...rules, '--format=json', document);
  const { totals, problems } = JSON.parse(report) as { totals: object; problems: { ruleId: string }[] };
  return { totals, rules: problems.map(({ ruleId }) => ruleId) };
}
export const NOTHING_FOUND = { totals: { errors: 0, warnings: 0, ignored: 0 }, rules: [] };

/** What spectral's rules for OpenAPI find; `ruleset` is a file of tools/openapi. */
export function spectral(document: string, ruleset = 'spectral.yaml'): unknown[] {
  const rules = ['--ruleset', join(TOOLS, ruleset)];
  const report = runTool(
    '@stoplight/spectral-cli/dist/index.js',
    'lint',
    ...rules,
    '--format=json',
    '--quiet',
    document,
  );
  return JSON.parse(report) as unknown[];
}

/** What a tool writes to stdout; linters exit with 1 when they find something, and what they found is the answer. */
export function runTool(program: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [join(TOOLS, 'node_modules', program), ...args], {
      cwd: PROJECT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
