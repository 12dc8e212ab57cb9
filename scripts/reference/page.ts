/** The generated part of docs/resources.md: a table of all members of a definition. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Member, membersOfDefinition } from './members.ts';

export const PAGE = join(import.meta.dirname, '../../docs/resources.md');

const BEGIN = '<!-- generated: node scripts/reference.ts -->\n';
const END = '<!-- /generated -->\n';

/** The current page. */
export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with the table for the current schema. @throws Error if the marks around the table are missing */
export function withTable(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`${PAGE} lacks the marks of its generated part`);
  return `${page.slice(0, from)}${BEGIN}\n${table(membersOfDefinition())}\n${page.slice(to)}`;
}

function table(members: readonly Member[]): string {
  const rows = members.map(
    ({ path, takes, description, ...member }) =>
      `| \`${path}\` | ${takes} | ${defaultOf(member)} | ${description.replaceAll('|', '\\|')} |`,
  );
  return `${['| member | takes | default | |', '|---|---|---|---|', ...rows].join('\n')}\n`;
}

function defaultOf({ isRequired, default: text }: Pick<Member, 'isRequired' | 'default'>): string {
  if (isRequired) return 'required';
  return text === null ? '' : `\`${text}\``;
}
