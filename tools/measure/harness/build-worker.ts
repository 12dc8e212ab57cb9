/** The Worker as a deploy would upload it: bundled and minified by wrangler. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { offlineEnv, runWrangler } from '../../../scripts/lib/wrangler.ts';

/**
 * Builds the service, or another entry with the settings of wrangler.toml, into a new folder below the system's
 * temporary folder. Returns the path of the script.
 *
 * @throws Error with wrangler's output
 */
export async function buildWorker(entry = 'src/index.ts'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-build-'));
  const args = ['deploy', entry, '--dry-run', '--outdir', folder];
  const { code, output } = await runWrangler(args, { env: offlineEnv(), show: false });
  if (code !== 0) throw new Error(output);
  return join(folder, `${basename(entry, '.ts')}.js`);
}
