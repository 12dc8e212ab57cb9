import { describe, expect, it } from 'vitest';
import { membersOfDefinition } from '../../scripts/reference/members.ts';
import { readPage, withTable } from '../../scripts/reference/page.ts';

const page = readPage();
const members = membersOfDefinition();

describe('the table of all members in docs/resources.md', () => {
  it('is the one that `node scripts/reference.ts` makes of the schema', () => {
    expect(withTable(page)).toBe(page);
  });

  it('says of each member what it takes and what it is', () => {
    expect(members.length).toBeGreaterThan(40);
    expect(members.filter(({ takes, description }) => takes === '' || description === '')).toEqual([]);
  });

  it('leads into lists, and into columns that are objects', () => {
    const paths = members.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['origin.expect[].at', 'tables[].columns[].required']));
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe('the advice in docs/resources.md', () => {
  const [, advice = ''] = page.split('## What each member is for');
  const [rows = ''] = advice.split('\n## ');
  const advised = Array.from(rows.matchAll(/^\| `([^`]+)` \|/gm), ([, path]) => path ?? '');

  it('is given of every member, once', () => {
    const wanted = members.filter(({ hasMembers, path }) => !hasMembers || path === 'tables[].columns');
    expect(advised.toSorted()).toEqual(wanted.map(({ path }) => path).toSorted());
  });

  it('says in each row when it is set and what goes wrong without it', () => {
    const cells = Array.from(rows.matchAll(/^\| `[^`]+` \|(.*)\|(.*)\|$/gm), ([, when, without]) => [when, without]);
    expect(cells).toHaveLength(advised.length);
    expect(cells.flat().filter((cell) => (cell ?? '').trim().length < 5)).toEqual([]);
  });
});
