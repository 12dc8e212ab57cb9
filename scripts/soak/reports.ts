/** What the campaigns tell, as JSON beside the documentation. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';

/** Where the runs' reports lie. */
export const REPORTS = join(PROJECT, 'docs/reliability');

/** Keeps the report of one campaign. */
export function writeReport(name: string, report: object): void {
  mkdirSync(REPORTS, { recursive: true });
  writeFileSync(join(REPORTS, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}
