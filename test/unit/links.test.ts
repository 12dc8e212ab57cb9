/** Links within the documents: each leads to a file that is there, and to a heading in it. Diagrams: they can be drawn. */

import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const documents = globSync(['*.md', 'docs/*.md', 'client/*.md', 'test/**/*.md'], { cwd: PROJECT });

it.each(documents)('%s leads to nothing that is not there', (document) => {
  const text = readFileSync(join(PROJECT, document), 'utf8').replaceAll(/^```.*?^```$/gms, '');
  const links = Array.from(
    text.matchAll(/\]\(([^)\s]+)\)|(?:href|srcset|src)="([^"]+)"/g),
    ([, link, source]) => link ?? source ?? '',
  );
  const own = links.filter((link) => !/^[a-z]+:|^\/|<|…/.test(link));
  expect(own.filter((link) => !leads(document, link))).toEqual([]);
});

it('no diagram has a semicolon, which ends a statement of Mermaid', () => {
  const diagrams = documents.flatMap((document) =>
    Array.from(
      readFileSync(join(PROJECT, document), 'utf8').matchAll(/^```mermaid\n(.*?)^```$/gms),
      ([, text = '']) => text,
    ),
  );
  expect(diagrams.length).toBeGreaterThan(5);
  expect(diagrams.flatMap((text) => text.split('\n')).filter((line) => line.includes(';'))).toEqual([]);
});

it('README has under 150 lines', () => {
  expect(readFileSync(join(PROJECT, 'README.md'), 'utf8').split('\n').length).toBeLessThan(150);
});

function leads(document: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const file = join(PROJECT, path === '' ? document : normalize(join(dirname(document), path)));
  if (!existsSync(file)) return false;
  if (heading === undefined || statSync(file).isDirectory()) return true;
  return headingsOf(readFileSync(file, 'utf8')).has(heading);
}

/** Fragments of the headings of a document, as GitHub makes them. */
function headingsOf(text: string): Set<string> {
  const headings = text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
