/** The maps that readers go by: test/README.md names every test, docs/design.md and docs/contract.md have what comments cite. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONGEST } from '../support/longest-first.ts';

const PROJECT = join(import.meta.dirname, '../..');
const map = read('test/README.md');
const design = read('docs/design.md');
const contract = read('docs/contract.md');

it('names every test file, and none that is not there', () => {
  const there = [
    ...globSync('**/*.test.ts', { cwd: join(PROJECT, 'test') }),
    ...globSync('{client,console}/test/**/*.test.ts', { cwd: PROJECT }),
  ];
  const named = Array.from(map.matchAll(/`([\w/-]+\.test\.ts)`/g), ([, name]) => name ?? '');
  expect({
    'lack a row': there.filter((file) => !named.includes(file)),
    'do not exist': named.filter((file) => !there.includes(file)),
  }).toEqual({ 'lack a row': [], 'do not exist': [] });
});

it('begins runs with files that are there', () => {
  expect(LONGEST.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
});

it.each(['1', '2', '3', '4', '5', '6', '7', '8'])('has tests for section %s of the contract', (section) => {
  expect(rowsOf('Where a clause of the contract is tested', section)).not.toEqual([]);
});

it('has tests for each invariant of the design, and no other', () => {
  const invariants = Array.from(sectionOf(design, 'Invariants').matchAll(/^(\d+)\. /gm), ([, number]) => number);
  const tested = Array.from(
    sectionOf(map, 'Where an invariant is tested').matchAll(/^\| (\d+) .*\.test\.ts`/gm),
    ([, number]) => number,
  );
  expect(invariants.length).toBeGreaterThan(0);
  expect(tested).toEqual(invariants);
});

it('has a test by its number for each complaint', () => {
  const rows = Array.from(
    sectionOf(map, "Where a complaint about others' loads is tested").matchAll(/^\| (\d+) (.*)$/gm),
    ([, number = '', row = '']) => ({
      number,
      files: Array.from(row.matchAll(/`([\w/-]+\.test\.ts)`/g), ([, file]) => file),
    }),
  );
  expect(rows.map(({ number }) => Number(number))).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
  const lacking = rows.flatMap(({ number, files }) =>
    files.filter((file) => !read(`test/${file}`).includes(`complaint ${number}: `)).map((file) => `${number}: ${file}`),
  );
  expect([lacking, rows.filter(({ files }) => files.length === 0)]).toEqual([[], []]);
});

it('finds in docs/design.md each heading that comments cite', () => {
  const files = globSync('{src,test,scripts,tools/measure,demo}/**/*.ts', { cwd: PROJECT });
  const cited = files.flatMap((file) =>
    Array.from(read(file).matchAll(/DESIGN "([A-Z][\w ,]+)"/g), ([, heading]) => heading),
  );
  expect(cited.length).toBeGreaterThan(0);
  expect(cited.filter((heading) => !design.includes(`## ${heading}`) && !design.includes(`**${heading}`))).toEqual([]);
});

it('finds in docs/contract.md each section and heading that comments cite', () => {
  const files = globSync('{src,test,scripts,tools/measure,demo}/**/*.{ts,lua}', { cwd: PROJECT });
  const cited = files.flatMap((file) =>
    Array.from(read(file).matchAll(/CONTRACT (\d)(?:,? "([^"]+)")?/g), ([place, number = '', heading]) => ({
      place: `${file}: ${place}`,
      section: contract.split(/^## /m).find((section) => section.startsWith(`${number}. `)) ?? '',
      heading,
    })),
  );
  const isThere = ({ section, heading }: (typeof cited)[number]) =>
    section !== '' && (heading === undefined || section.includes(`**${heading}`));
  expect(cited.length).toBeGreaterThan(0);
  expect(cited.filter((citation) => !isThere(citation)).map(({ place }) => place)).toEqual([]);
});

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

function rowsOf(heading: string, first: string): string[] {
  return sectionOf(map, heading)
    .split('\n')
    .filter((row) => row.startsWith(`| ${first} `) && row.includes('.test.ts`'));
}

/** What stands under a heading of the second level. */
function sectionOf(text: string, heading: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? '';
}
