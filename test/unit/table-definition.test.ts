import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/contract/column.ts';
import { Problem } from '../../src/contract/problem.ts';
import { mattersToLoads } from '../../src/core/definition.ts';
import { parseDefinition } from '../../src/flows/admin/manage-resources.ts';
import type { Json } from '../../src/ports/entry.ts';
import { sampleResource } from '../support/resources.ts';

type Members = { [name: string]: Json };

const parse = (members: Members) =>
  parseDefinition('t', { origin: { url: 'https://erp.example.com/' }, ...members }, []);
const json = (...columns: Json[]): Members => ({ tables: [{ name: 't', rows: '', columns }] });
const csv = (dialect: Members, ...columns: Json[]): Members => ({
  format: 'csv',
  csv: dialect,
  tables: [{ name: 't', columns }],
});

function faults(members: Members): (readonly [pointer: string, detail: string])[] {
  try {
    parse(members);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.errors.map(({ pointer, detail }) => [pointer, detail] as const);
  }
  return [];
}

describe('columns of a definition', () => {
  it.each<[Json]>([
    [{ name: 'a', at: '/A/b~1c/~0' }],
    [{ name: 'a', as: 'number', decimal: ',', group: '\u00A0' }],
    [{ name: 'a', as: 'number', group: ',' }],
    [{ name: 'a', as: 'time', zone: 'America/Argentina/Buenos_Aires' }],
    [{ name: 'a', as: 'time', pattern: 'unix_ms' }],
    [{ name: 'a', as: 'time', pattern: "dd.MM.yyyy 'um' H:mm", zone: 'UTC' }],
    [{ name: 'a', as: 'date', pattern: 'd/M/yyyy hh:mm:ss.SSS a' }],
    [{ name: 'a', null: ['', 'NULL'], optional: true }],
  ])('may say %j', (column) => {
    expect(faults(json(column))).toEqual([]);
  });

  it('may lie at one place, but have names of their own', () => {
    expect(faults(json({ name: 'a', at: '/x' }, { name: 'b', at: '/x' }, 'x'))).toEqual([]);
    expect(faults(json({ name: 'a', at: '/x' }, 'a'))).toEqual([['/tables/0/columns', 'must not repeat a column']]);
  });

  it.each<[string, Members, string]>([
    ['at', { at: 'x' }, 'must be a JSON pointer (RFC 6901) within the row'],
    ['at', { at: '' }, 'must be a JSON pointer (RFC 6901) within the row'],
    ['at', { at: '/a~2' }, 'must be a JSON pointer (RFC 6901) within the row'],
    ['as', { as: 'float' }, 'must be one of "text", "number", "boolean", "date", "time", "json"'],
    ['decimal', { as: 'number', decimal: ';' }, 'must be "." or ","'],
    ['decimal', { decimal: ',' }, 'needs "as": "number"'],
    ['group', { as: 'text', group: ',' }, 'needs "as": "number"'],
    ['group', { as: 'number', group: '0' }, "must be one of . , ' _ or a space"],
    ['group', { as: 'number', group: '.' }, 'must differ from decimal, which is a point if left out'],
    ['group', { as: 'number', group: ',', decimal: ',' }, 'must differ from decimal, which is a point if left out'],
    ['zone', { as: 'date', zone: 'UTC' }, 'needs "as": "time"'],
    ['zone', { as: 'time', zone: 'Europe/Bonn' }, 'must be a time zone (IANA), such as Europe/Berlin'],
    [
      'zone',
      { as: 'time', zone: 'UTC', pattern: 'unix' },
      'must not be given with a count since 1970, which is in UTC',
    ],
    ['zone', { as: 'time', pattern: 'dd.MM.yyyy' }, 'is required with a pattern: it has no offset'],
    ['pattern', { pattern: 'unix' }, 'needs "as": "time" or "date"'],
    [
      'pattern',
      { as: 'date', pattern: 'dd.MM.yy' },
      'has no meaning for "yy": use yyyy, MM, M, dd, d, HH, H, hh, h, mm, ss, SSS and a, or put it between single quotes',
    ],
    ['pattern', { as: 'date', pattern: 'MM.yyyy' }, 'must have year, month and day'],
    ['pattern', { as: 'date', pattern: 'dd.MM.yyyy d' }, 'must have each part once'],
    ['pattern', { as: 'date', pattern: 'dd.MM.yyyy hh:mm' }, 'must have h together with a'],
    ['pattern', { as: 'date', pattern: 'dd.MM.yyyy HH:mm a' }, 'must have h together with a'],
    [
      'pattern',
      { as: 'date', pattern: 'dMyyyy' },
      'must have something between a part of one or two digits and the next part',
    ],
    ['null', { null: [] }, 'must not be empty'],
    ['null', { null: '' }, 'must be an array'],
  ])('have the fault named at %s in %j', (member, members, detail) => {
    expect(faults(json('x', { name: 'a', ...members }))).toEqual([[`/tables/0/columns/1/${member}`, detail]]);
  });

  it('lie, in CSV, at a cell of the line', () => {
    expect(faults(csv({}, { name: 'a', at: '/A/B' }))).toEqual([
      ['/tables/0/columns/0/at', 'must lead to a cell of the line, as in /name or /3'],
    ]);
    expect(faults(csv({}, { name: 'a', at: '/0' }, 'b'))).toEqual([]);
  });

  it('are known, without a line of names, by order or all by number', () => {
    const bare = { header: false };
    const detail = 'must be the position of a cell, such as /3, because no line names the columns';
    expect(faults(csv(bare, 'a', { name: 'b', required: true }))).toEqual([]);
    expect(faults(csv(bare, { name: 'a', at: '/3' }, { name: 'b', at: '/0' }))).toEqual([]);
    expect(faults(csv(bare, { name: 'a', at: '/3' }, 'b'))).toEqual([['/tables/0/columns/1', detail]]);
    expect(faults(csv(bare, { name: 'a', at: '/03' }))).toEqual([['/tables/0/columns/0/at', detail]]);
  });
});

describe('what a definition says of the text of answers', () => {
  it.each<[Members, string, string]>([
    [{ ...json('a'), csv: {} }, '/csv', 'needs the format "csv"'],
    [
      csv({ delimiter: ';;' }, 'a'),
      '/csv/delimiter',
      'must be a tab, or one printable ASCII character but the double quote',
    ],
    [
      csv({ delimiter: '"', quote: '' }, 'a'),
      '/csv/delimiter',
      'must be a tab, or one printable ASCII character but the double quote',
    ],
    [
      csv({ delimiter: '\n' }, 'a'),
      '/csv/delimiter',
      'must be a tab, or one printable ASCII character but the double quote',
    ],
    [
      csv({ delimiter: ';', quote: ',' }, 'a'),
      '/csv/quote',
      'must be empty, or one printable ASCII character but the comma',
    ],
    [csv({ quote: ';', delimiter: ';' }, 'a'), '/csv', 'must not have one character for both'],
    [csv({ separator: ';' }, 'a'), '/csv/separator', 'is not known here; known are "delimiter", "quote", "header"'],
    [{ charset: 'utf-8' }, '/charset', 'needs tables: other bodies pass through as they are'],
    [{ ...json('a'), charset: 'utf-7' }, '/charset', 'must be a label of the Encoding standard, such as windows-1251'],
    [
      { ...json('a'), charset: 'iso-2022-kr' },
      '/charset',
      'must be a label of the Encoding standard, such as windows-1251',
    ],
    [
      { format: 'ndjson', tables: [{ name: 't', columns: ['a'], single: true }] },
      '/tables/0/single',
      'must not be given with the format "ndjson"',
    ],
  ])('is refused in %j', (members, pointer, detail) => {
    expect(faults(members)).toEqual([[pointer, detail]]);
  });

  it.each(['cp1251', 'Shift_JIS', 'utf-16', 'gb18030', 'latin1', 'koi8-r'])('may be that it is %s', (charset) => {
    expect(faults({ ...json('a'), charset })).toEqual([]);
  });

  it('has its defaults', () => {
    expect(parse(csv({}, 'a')).csv).toEqual({ delimiter: ',', quote: '"', header: true });
    expect(parse(json('a')).tables).toEqual([
      { name: 't', rows: '', columns: ['a'], single: false, missing: 'fail', short_rows: 'fail' },
    ]);
  });
});

describe('what was loaded', () => {
  const table = (...columns: Column[]) => [{ name: 't', rows: '', columns }];
  const lines = (...columns: Column[]) => [{ name: 't', columns }];
  type Given = Parameters<typeof sampleResource>[0];

  it.each<[string, Given, Given]>([
    ['at', { tables: table({ name: 'a', at: '/A' }) }, { tables: table({ name: 'a', at: '/B' }) }],
    ['as', { tables: table('a') }, { tables: table({ name: 'a', as: 'number' }) }],
    ['zone', { tables: table({ name: 'a', as: 'time' }) }, { tables: table({ name: 'a', as: 'time', zone: 'UTC' }) }],
    [
      'decimal',
      { tables: table({ name: 'a', as: 'number' }) },
      { tables: table({ name: 'a', as: 'number', decimal: ',' }) },
    ],
    [
      'group',
      { tables: table({ name: 'a', as: 'number' }) },
      { tables: table({ name: 'a', as: 'number', group: ',' }) },
    ],
    [
      'pattern',
      { tables: table({ name: 'a', as: 'date' }) },
      { tables: table({ name: 'a', as: 'date', pattern: 'dd.MM.yyyy' }) },
    ],
    ['null', { tables: table('a') }, { tables: table({ name: 'a', null: [''] }) }],
    ['single', { tables: table('a') }, { tables: [{ name: 't', rows: '', columns: ['a'], single: true }] }],
    ['charset', { tables: table('a') }, { tables: table('a'), charset: 'windows-1251' }],
    ['charset of CSV', { format: 'csv', tables: lines('a') }, { format: 'csv', tables: lines('a'), charset: 'utf-8' }],
    [
      'delimiter',
      { format: 'csv', tables: lines('a') },
      { format: 'csv', tables: lines('a'), csv: { delimiter: ';' } },
    ],
    ['header', { format: 'csv', tables: lines('a') }, { format: 'csv', tables: lines('a'), csv: { header: false } }],
  ])('counts as expired when %s changes', (_member, before, after) => {
    expect(mattersToLoads(sampleResource(before), sampleResource(after))).toBe(true);
    expect(mattersToLoads(sampleResource(after), sampleResource(before))).toBe(true);
  });

  it.each<[string, Given, Given]>([
    ['a name as an object', { tables: table('a') }, { tables: table({ name: 'a' }) }],
    [
      'the point',
      { tables: table({ name: 'a', as: 'number' }) },
      { tables: table({ name: 'a', as: 'number', decimal: '.' }) },
    ],
    ['the dialect of RFC 4180', { format: 'csv', tables: lines('a') }, { format: 'csv', tables: lines('a'), csv: {} }],
    ['UTF-8', { tables: table('a') }, { tables: table('a'), charset: 'utf-8' }],
  ])('stays when a definition says what was so without it: %s', (_what, before, after) => {
    expect(mattersToLoads(sampleResource(before), sampleResource(after))).toBe(false);
  });
});
