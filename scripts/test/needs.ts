/** What some suites need besides `npm ci`: whether it is there, and the command that brings it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM_REMEDY, hasChromium } from '../browser/executable.ts';
import { PROJECT } from '../lib/wrangler.ts';
import { postgresFolder } from './postgres.ts';

/** Folders of tools with a package.json and a lockfile of their own: they cannot share the project's dependencies. */
export const TOOL_FOLDERS = ['tools/openapi', 'tools/drivers', 'tools/peers'] as const;

const POSTGRES_REMEDY = 'apt-get install postgresql (Debian, Ubuntu), or its programs initdb and postgres in PATH';

/** What a suite can need. */
export type Need = (typeof TOOL_FOLDERS)[number] | 'browser' | 'postgresql';

/** Whether what is needed is there. */
export function isThere(need: Need): boolean {
  if (need === 'postgresql') return postgresFolder() !== null;
  return need === 'browser' ? hasChromium() : existsSync(join(PROJECT, need, 'node_modules'));
}

/** What brings it, usually a command for a shell in the project's folder. */
export function remedyFor(need: Need): string {
  if (need === 'postgresql') return POSTGRES_REMEDY;
  return need === 'browser' ? CHROMIUM_REMEDY : `npm ci --prefix ${need}`;
}
