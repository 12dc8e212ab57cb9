/** The recipes of docs/origins.md, unchanged. */

import page from '../../docs/origins.md?raw';

/** The code blocks of one kind under a heading. */
export function codeUnder(heading: string, kind: 'json' | 'sql'): string[] {
  const section = page.split(/^### /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [own = ''] = section.split(/^## /m);
  return Array.from(own.matchAll(/^```(\w+)\n(.*?)^```/gms))
    .filter(([, of]) => of === kind)
    .map(([, , text]) => text ?? '');
}

/** The first two definitions under a heading of docs/origins.md: a source, and a resource that uses it. */
export function recipeUnder(heading: string): [source: string, resource: string] {
  const [source, resource] = codeUnder(heading, 'json');
  if (source === undefined || resource === undefined) {
    throw new Error(`"${heading}" of docs/origins.md has no source and resource`);
  }
  return [source, resource];
}

/** All headings of recipes. */
export const HEADINGS = Array.from(
  page
    .split(/^## /m)
    .find((section) => section.startsWith('Systems\n'))
    ?.matchAll(/^### (.*)$/gm) ?? [],
  ([, heading]) => heading ?? '',
);
