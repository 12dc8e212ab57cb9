/** The recipes of docs/origins.md as they stand there. */

import page from '../../docs/origins.md?raw';

/** The pieces of code of one kind under a heading. */
export function codeUnder(heading: string, kind: 'json' | 'sql'): string[] {
  const section = page.split(/^### /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [own = ''] = section.split(/^## /m);
  return Array.from(own.matchAll(/^```(\w+)\n(.*?)^```/gms))
    .filter(([, of]) => of === kind)
    .map(([, , text]) => text ?? '');
}

/** Both definitions under a heading of docs/origins.md, the first there: a source, and a resource over it. */
export function recipeUnder(heading: string): [source: string, resource: string] {
  const [source, resource] = codeUnder(heading, 'json');
  if (source === undefined || resource === undefined) {
    throw new Error(`"${heading}" of docs/origins.md has no source and resource`);
  }
  return [source, resource];
}

/** All headings that recipes stand under. */
export const HEADINGS = Array.from(
  page
    .split(/^## /m)
    .find((section) => section.startsWith('Systems\n'))
    ?.matchAll(/^### (.*)$/gm) ?? [],
  ([, heading]) => heading ?? '',
);
