/** Builds the static assets before the tests, as wrangler's build does. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');

export default function setup(): void {
  execFileSync(join(PROJECT, 'node_modules/.bin/node'), ['scripts/build.ts'], { cwd: PROJECT, stdio: 'inherit' });
}
