/** docs/contract.md is whole: each clause names its tests, and all of the API is named. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { apiSurface, type OpenApiText } from '../../scripts/release/api-surface.ts';
import { PROBLEMS } from '../../src/contract/problem.ts';

const PROJECT = join(import.meta.dirname, '../..');
const contract = readFileSync(join(PROJECT, 'docs/contract.md'), 'utf8');
const sections = contract.split(/^## (?=\d+\. )/m).slice(1);
/** What stands in code there. A member such as `end` or `forgotten` would be found in any prose. */
const code = Array.from(contract.matchAll(/^```\w*\n(.*?)^```|`([^`]+)`/gms), ([, block, span]) => block ?? span).join(
  '\n',
);

/** Clauses of a section: each item of its list, or the section where it has none. */
const clauses = sections.flatMap((section) => {
  const [, ...items] = section.split(/^- /m);
  return items.length > 0 ? items : [section];
});

it.each(clauses.map((clause) => [clause.split('\n', 1)[0]?.slice(0, 60) ?? '', clause]))(
  'the clause names tests that are there: %s',
  (_, clause) => {
    const [, named = ''] = /^ *Tests: (.*)$/m.exec(clause) ?? [];
    const files = Array.from(named.matchAll(/`([\w/-]+\.test\.ts)`/g), ([, file = '']) => file);
    expect(files.length > 0 || named.includes('client.md#invariants')).toBe(true);
    expect(files.filter((file) => !existsSync(join(PROJECT, 'test', file)))).toEqual([]);
  },
);

it('names each path, parameter, member and value of the API', async () => {
  const lines = apiSurface((await openApiDocument()) as OpenApiText);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => !isNamed(line))).toEqual([]);
});

it('names each problem, and no other', () => {
  const section = sections.find((one) => one.startsWith('6. ')) ?? '';
  const [, listed = ''] = /`type` is `\/docs\/problems#<code>`: ([^.]+)\./.exec(section) ?? [];
  expect(
    listed
      .split(',')
      .map((code) => code.trim())
      .toSorted(),
  ).toEqual(Object.keys(PROBLEMS).toSorted());
});

/** Whether the text contains the path of an operation, or the last name of any other line. */
function isNamed(line: string): boolean {
  const [, path = '', ...rest] = line.split(' ');
  if (rest.length === 0) {
    const written = path.replace('/rpc/{title}', '/rpc/<resource_title>').replaceAll('{', '<').replaceAll('}', '>');
    return contract.includes(written);
  }
  // What that answers is an OpenAPI document, whose members others have written down.
  if (path.endsWith('/openapi.json')) return true;
  const names = (rest.at(-1) ?? '').replace(/!$/, '').split(/[.?]|\[\]/);
  const last = names.findLast((name) => name !== '' && name !== '*') ?? '';
  return /^\d{3}$/.test(last) || new RegExp(String.raw`(?<!\w)${last}(?!\w)`).test(code);
}
