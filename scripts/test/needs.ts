/** What some suites need in addition to `npm ci`: whether it is there, and the command that installs it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM_REMEDY, hasChromium } from '../browser/executable.ts';
import { PROJECT } from '../lib/wrangler.ts';
import { postgresFolder } from './postgres.ts';

/** Folders of tools with their own package.json and lockfile: they cannot share the project's dependencies. */
export const TOOL_FOLDERS = ['tools/openapi', 'tools/drivers', 'tools/peers'] as const;

const POSTGRES_REMEDY = 'apt-get install postgresql (Debian, Ubuntu), or its programs initdb and postgres in PATH';

/** What a suite can need. */
export type Need = (typeof TOOL_FOLDERS)[number] | 'browser' | 'postgresql';

/** Whether the need is met. */
export function isThere(need: Need): boolean {
  if (need === 'postgresql') return postgresFolder() !== null;
  return need === 'browser' ? hasChromium() : existsSync(join(PROJECT, need, 'node_modules'));
}

/** What to do, usually a shell command in the project's folder. */
export function remedyFor(need: Need): string {
  if (need === 'postgresql') return POSTGRES_REMEDY;
  return need === 'browser' ? CHROMIUM_REMEDY : `npm ci --prefix ${need}`;
}
