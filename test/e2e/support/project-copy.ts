/** A copy of the project with a changed wrangler.toml, as an operator edits it to add a binding. */

import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PROJECT } from './service.ts';

/** What a service that starts does not need, or makes again. */
const LEFT_OUT = new Set(['node_modules', '.git', '.wrangler', 'test', 'tools', 'docs']);

/** The folder of the copy. @param change makes another wrangler.toml of the project's */
export function copyProject(change: (toml: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-copy-'));
  const filter = (path: string) => !LEFT_OUT.has(relative(PROJECT, path));
  cpSync(PROJECT, folder, { recursive: true, filter });
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const config = join(folder, 'wrangler.toml');
  writeFileSync(config, change(readFileSync(config, 'utf8')));
  return folder;
}
