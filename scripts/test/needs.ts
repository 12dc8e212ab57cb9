/** What some suites need besides `npm ci`: whether it is there, and the command that brings it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../lib/wrangler.ts';

/** Folders of tools with a package.json and a lockfile of their own: they cannot share the project's dependencies. */
export const TOOL_FOLDERS = ['tools/openapi', 'tools/browser'] as const;

/** What a suite can need. */
export type Need = (typeof TOOL_FOLDERS)[number];

/** Whether what is needed is there. */
export function isThere(need: Need): boolean {
  return existsSync(join(PROJECT, need, 'node_modules'));
}

/** The command that brings it, for a shell in the project's folder. */
export function remedyFor(need: Need): string {
  return `npm ci --prefix ${need}`;
}
