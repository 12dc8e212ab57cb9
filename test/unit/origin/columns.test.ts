import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/contract/column.ts';
import { LoadFailure } from '../../../src/contract/problem.ts';
import type { Resource } from '../../../src/contract/resource.ts';
import { mayLackRequired, newWarnings, withoutMembers } from '../../../src/core/column-facts.ts';
import { checkAllColumns } from '../../../src/origin/check-columns.ts';
import { Findings } from '../../../src/origin/findings.ts';
import { readAnswer } from '../../../src/origin/read-answer.ts';
import type { ColumnFacts } from '../../../src/ports/entry.ts';
import { sampleResource } from '../../support/resources.ts';

const TYPES = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv', xml: 'text/xml' };

interface Answer {
  text: string;
  columns: Column[];
  format?: Resource['format'];
  short_rows?: 'null';
  /** Of the version before. */
  before?: ColumnFacts;
  mode?: 'fail' | 'warn';
}

/** Reads an answer; the rows told, the warnings and what was seen of its columns. */
function read({ text, columns, format = 'json', short_rows, before, mode = 'fail' }: Answer) {
  const place = format === 'json' ? { rows: '/items' } : format === 'xml' ? { rows: '/items/item' } : {};
  const table = { name: 'items', columns, ...place, ...(short_rows && { short_rows }) };
  const definition = sampleResource({ format, tables: [table] });
  const url = new URL('https://erp.example.com/items');
  const headers = new Headers({ 'Content-Type': TYPES[format] });
  const validators = { etag: null, lastModified: null };
  const body = (async function* () {})();
  const answer = { outcome: 'new' as const, validators, url, headers, status: 200, body, release: () => undefined };
  const findings = new Findings(definition.origin.partial, mode);
  const readable = readAnswer(definition, answer, { findings });
  const rows: string[] = [];
  const sink = { beginTable: () => undefined, row: (row: string) => void rows.push(row), endTable: () => undefined };
  const reader = readable.reader(definition.tables ?? [], sink);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 7) reader.write(bytes.subarray(at, at + 7));
  reader.end();
  checkAllColumns(readable.columns, before === undefined ? undefined : [before], findings);
  return { rows, warnings: findings.warnings, facts: readable.columns.map(({ facts }) => facts) };
}

const json = (items: unknown[]) => JSON.stringify({ items });
const times = <T>(count: number, item: T) => Array.from({ length: count }, () => item);

function failureOf(answer: Answer): LoadFailure {
  try {
    read(answer);
  } catch (error) {
    if (error instanceof LoadFailure && error.code === 'origin-malformed') return error;
    throw error;
  }
  throw new Error('the load did not fail');
}

describe('a row', () => {
  it.each<[Resource['format'], string]>([
    ['json', '{"items":[{"a":"…"}]}'],
    ['csv', 'a\n…\n'],
    ['xml', '<items><item><a>…</a></item></items>'],
  ])('of %s comes to no more than an answer may, of however many columns one value is the cell', (format, text) => {
    const columns = times(1000, '/a').map((at, index) => ({ name: `c${index}`, at }));
    const answer = { format, text: text.replace('…', 'x'.repeat(1_000_000)), columns };
    expect(() => read(answer)).toThrow('Table "items", row 0: its cells come to more than 33554432 characters.');
    expect(read({ ...answer, columns: columns.slice(0, 30) }).rows[0]).toHaveLength(30 * 1_000_003 - 1);
  });
});

describe('a declared column that no row has', () => {
  it.each<[string, Partial<Answer> & { text: string }]>([
    ['JSON objects', { text: json([{ id: 1, name: 'a' }, { id: 2 }]) }],
    ['NDJSON', { format: 'ndjson', text: '{"id":1,"name":"a"}\n{"id":2}\n' }],
    ['CSV', { format: 'csv', text: 'id,name\r\n1,a\r\n2,\r\n' }],
  ])('is a warning that names what rows of %s have', (_kind, answer) => {
    const { rows, warnings } = read({ columns: ['id', 'nome'], ...answer });
    expect(rows).toHaveLength(2);
    expect(warnings).toEqual(['Table "items", column "nome": no row has the member nome; there are id, name.']);
  });

  it('is none where one row of many has it, be it null', () => {
    const items = [...times(30, { id: 1 }), { id: 2, nome: null }, ...times(30, { id: 1 })];
    expect(read({ columns: ['id', 'nome'], text: json(items) }).warnings).toEqual([]);
    expect(read({ columns: ['id', 'nome'], format: 'csv', text: 'nome,id\n,1\n' }).warnings).toEqual([]);
  });

  it.each<[Resource['format'], string]>([
    ['json', '{"items":[]}'],
    ['json', '{"items":null}'],
    ['ndjson', '\n'],
    ['csv', 'id\n'],
  ])('is none in %s without rows: %j', (format, text) => {
    const columns = ['id', { name: 'nome', required: true }];
    expect(read({ columns, format, text })).toMatchObject({ rows: [], warnings: [] });
  });

  it('names members that no column has, where rows have many', () => {
    const item = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`m${at}`, at]));
    const columns = ['nome', ...Object.keys(item).slice(0, 38)];
    expect(read({ columns, text: json([item]) }).warnings).toEqual([expect.stringMatching(/there are m38, m39, …\.$/)]);
    const [warning = ''] = read({ columns: ['nome', 'm0'], text: json([item]) }).warnings;
    expect(warning).toMatch(/there are m1, m2, .*, m12, …\.$/);
  });

  it('is told with names that are cut to a length', () => {
    const { warnings } = read({ columns: ['id', 'nome'], text: json([{ id: 1, ['x'.repeat(10_000)]: 1 }]) });
    expect(warnings).toEqual([expect.stringMatching(/; there are id, x{64}…\.$/)]);
  });

  it('fails the load where it is required, whatever PARTIAL_ANSWERS says', () => {
    const columns = ['id', { name: 'nome', required: true }];
    const text = json([{ id: 1, name: 'a' }]);
    for (const mode of ['fail', 'warn'] as const) {
      const { message, adminDetail, retryable } = failureOf({ columns, text, mode });
      const detail = 'Table "items", column "nome": no row has the member nome, which the definition requires';
      expect([message, adminDetail]).toEqual([`${detail}.`, `${detail}; there are id, name.`]);
      expect(retryable).toBe(false);
    }
    expect(read({ columns, text: json([{ id: 1 }, { nome: null }]) }).warnings).toEqual([]);
    expect(failureOf({ columns, format: 'csv', text: 'id\n1\n' }).message).toContain('column "nome"');
    expect(failureOf({ columns, format: 'ndjson', text: '{"id":1}\n' }).message).toContain('column "nome"');
  });
});

describe('a column that had values in the version before', () => {
  const columns = ['id', 'nome'];
  const before = { rows: 20, filled: '11' };
  const renamed = json(times(20, { id: 1, name: 'a' }));

  it('fails the load when no row has it any more: the member was renamed', () => {
    const { message, adminDetail } = failureOf({ columns, text: renamed, before });
    expect(message).toMatch(/column "nome": no row has the member nome, which had values .* "optional": true/);
    expect(adminDetail).toMatch(/; there are id, name\.$/);
    expect(message).not.toContain('there are');
    const csv = `id,name\n${'1,a\n'.repeat(20)}`;
    expect(failureOf({ columns, format: 'csv', text: csv, before }).message).toContain('column "nome"');
  });

  it.each<[string, Partial<Answer>]>([
    ['the column is optional', { columns: ['id', { name: 'nome', optional: true }] }],
    ['this load has fewer than 20 rows', { text: json(times(19, { id: 1, name: 'a' })) }],
    ['the version before had fewer than 20 rows', { before: { rows: 19, filled: '11' } }],
    ['it had no value there', { before: { rows: 20, filled: '10' } }],
    ['nothing is known of the version before', {}],
  ])('is a warning alone where %s', (why, answer) => {
    const known = why.startsWith('nothing') ? {} : { before };
    const { rows, warnings } = read({ columns, text: renamed, ...known, ...answer });
    expect(rows.length).toBeGreaterThan(18);
    expect(warnings).toEqual([expect.stringContaining('no row has the member nome; there are id, name')]);
  });
});

describe('array rows, which name nothing', () => {
  it('have each column by its place', () => {
    const { warnings, facts } = read({ columns: ['id', 'nome'], text: json(times(20, [1, null])) });
    expect([warnings, facts]).toEqual([[], [{ rows: 20, filled: '10' }]]);
  });

  it('lack one where all of them are too short, and may be', () => {
    const answer: Answer = { columns: ['id', 'nome'], short_rows: 'null', text: json(times(20, [1])) };
    expect(read(answer).warnings).toEqual(['Table "items", column "nome": no row has a cell for it.']);
    expect(failureOf({ ...answer, before: { rows: 20, filled: '11' } }).message).toContain('no row has a cell for it');
    const csv: Answer = { ...answer, format: 'csv', text: 'id,nome\n1\n' };
    expect(read(csv).warnings).toEqual([expect.stringMatching(/no row has a cell for it; there are id, nome/)]);
  });
});

describe('what is kept of the columns of a load', () => {
  it.each<[string, Partial<Answer> & { text: string }, ColumnFacts]>([
    ['values', { text: json([{ a: 1 }, { b: 'x' }]) }, { rows: 2, filled: '110' }],
    ['null and the empty text are none', { text: json([{ a: null, b: '', c: 0 }]) }, { rows: 1, filled: '001' }],
    ['objects and arrays are some', { text: json([{ a: {}, b: [] }]) }, { rows: 1, filled: '110' }],
    ['of CSV', { format: 'csv', text: 'c,a\nx,\n,\n' }, { rows: 2, filled: '001' }],
    ['of no rows', { text: '{"items":[]}' }, { rows: 0, filled: '000' }],
  ])('is which of them had a value: %s', (_why, answer, facts) => {
    expect(read({ columns: ['a', 'b', 'c'], ...answer }).facts).toEqual([facts]);
  });
});

describe('what is held', () => {
  const tables = [{ name: 't', columns: ['id', { name: 'nome', required: true }] }];

  it.each<[string, ColumnFacts[] | undefined, boolean]>([
    ['nothing is known of it', undefined, true],
    ['no row has a value there', [{ rows: 1, filled: '10' }], true],
    ['a row has one', [{ rows: 1, filled: '01' }], false],
    ['there are no rows', [{ rows: 0, filled: '00' }], false],
  ])('may lack a required column, or not, where %s', (_why, held, may) => {
    expect(mayLackRequired(tables, held)).toBe(may);
    expect(mayLackRequired([{ name: 't', columns: ['id', { name: 'nome', optional: true }] }], held)).toBe(false);
  });
});

describe('a warning', () => {
  const warning = 'Table "items", column "nome": no row has the member nome; there are id, name.';

  it('without the names that only the origin knows is for everybody', () => {
    expect(withoutMembers(warning)).toBe('Table "items", column "nome": no row has the member nome.');
    expect(withoutMembers('Another one.')).toBe('Another one.');
  });

  it('is new once under a definition, whatever other members come', () => {
    const other = warning.replace('name.', 'title.');
    expect(newWarnings([warning], null, 1)).toEqual([warning]);
    expect(newWarnings([warning], { number: 1 }, 1)).toEqual([warning]);
    expect(newWarnings([warning, 'b'], { number: 1, warnings: [other] }, 1)).toEqual(['b']);
    expect(newWarnings([warning], { number: 1, warnings: [warning] }, 2)).toEqual([warning]);
  });
});
