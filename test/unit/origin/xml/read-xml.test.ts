import { describe, expect, it } from 'vitest';
import type { Column } from '../../../../src/contract/column.ts';
import { LoadFailure } from '../../../../src/contract/problem.ts';
import type { Expectation } from '../../../../src/contract/resource.ts';
import type { TableDefinition } from '../../../../src/contract/table-definition.ts';
import type { AnswerWatch } from '../../../../src/origin/answer-watch.ts';
import { checkAllColumns } from '../../../../src/origin/check-columns.ts';
import { ColumnWatch } from '../../../../src/origin/column-watch.ts';
import { BodyExpectations } from '../../../../src/origin/expectations.ts';
import { Findings } from '../../../../src/origin/findings.ts';
import { PlaceTree } from '../../../../src/origin/place-tree.ts';
import { readXml } from '../../../../src/origin/xml/read-xml.ts';
import type { MakeRowReader } from '../../../../src/ports/rows.ts';
import { rowsOf } from '../../../support/rows.ts';

const ROWS = '/Envelope/Body/GetItemsResponse/Item';
const items = (...columns: Column[]): TableDefinition => ({ name: 'items', rows: ROWS, columns });
const soap = (inner: string) =>
  `<?xml version="1.0"?>\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Header/><s:Body><m:GetItemsResponse xmlns:m="urn:erp">${inner}</m:GetItemsResponse></s:Body></s:Envelope>`;
const reading =
  (expected: Expectation[] = []): MakeRowReader =>
  (tables, sink) => {
    const places = new PlaceTree();
    const expectations = new BodyExpectations(expected, places, true);
    const watch = { finish: () => expectations.end() } as AnswerWatch;
    return readXml(tables, sink, { findings: new Findings(), places, watch });
  };

/** Of the one table, its rows. */
function read(answer: string, ...tables: TableDefinition[]) {
  return rowsOf(answer, tables, [], reading());
}

function failureOf(work: () => unknown): LoadFailure {
  try {
    work();
  } catch (error) {
    if (error instanceof LoadFailure) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('rows of an XML answer', () => {
  it.each([0, 1, 2])('complaint 14: one XML element is a list like many: %d elements are as many rows', (count) => {
    const answer = soap('<m:Item><m:Id>7</m:Id></m:Item>'.repeat(count));
    expect(read(answer, items('Id'))).toEqual({ items: Array.from({ length: count }, () => '"7"') });
  });

  it('are found by local names, whatever the prefixes, or by the names of one namespace', () => {
    const answer = '<a:l xmlns:a="urn:a" xmlns="http://b/c"><a:r><a:v>1</a:v><v>2</v></a:r><r><v>3</v></r></a:l>';
    const table = (rows: string, at: string) => ({ name: 't', rows, columns: [{ name: 'v', at }] });
    expect(read(answer, table('/l/{urn:a}r', '/{http://b/c}v'))).toEqual({ t: ['"2"'] });
    expect(read(answer, table('/{urn:a}l/{http://b/c}r', '/v'))).toEqual({ t: ['"3"'] });
    expect(read(answer, table('/l/{http:~1~1b~1c}r', '/v'))).toEqual({ t: ['"3"'] });
  });

  it('have the texts of elements, attributes and the row itself', () => {
    const answer = soap('<Item id="7" xml:lang="de">a<Price cur="EUR"><Amount>1.50</Amount></Price>b</Item>');
    const columns = ['/', '/@id', '/Price/Amount', '/Price/@cur', '/@lang'].map((at) => ({ name: at, at }));
    expect(read(answer, items(...columns))).toEqual({ items: ['"ab","7","1.50","EUR","de"'] });
  });

  it('have all pieces of a text: references, CDATA, on both sides of a comment and of another element', () => {
    const answer = soap(
      '<Item><T>a &lt;&amp;&gt;&quot;&apos;&#x1F600;<!-- no --><![CDATA[<b>&amp;]]><x>no</x> c </T></Item>',
    );
    expect(read(answer, items('T'))).toEqual({ items: [JSON.stringify('a <&>"\'😀<b>&amp; c ')] });
  });

  it('have null for what is absent or nil, and an empty text for what is empty', () => {
    const answer = soap('<Item><A/><B xsi:nil="true"/><C xsi:nil="1" note="x"></C><D xsi:nil="false"/></Item>');
    const columns: Column[] = ['A', 'B', 'C', { name: 'note', at: '/C/@note' }, 'D', 'E'];
    expect(read(answer, items(...columns))).toEqual({ items: ['"",null,null,"x","",null'] });
  });

  it('become what columns say', () => {
    const answer = soap('<Item><Sum> 1.234,50 </Sum><Ok>true</Ok><At>2026-11-28T09:00:00+03:00</At></Item>');
    const columns: Column[] = [
      { name: 'Sum', as: 'number', decimal: ',', group: '.' },
      { name: 'Ok', as: 'boolean' },
      { name: 'At', as: 'time' },
      { name: 'Day', at: '/At', as: 'date' },
    ];
    expect(read(answer, items(...columns))).toEqual({ items: ['1234.50,true,"2026-11-28T06:00:00Z","2026-11-28"'] });
  });

  it('have an array of texts of an element that repeats, with "as": "json", also where it does not repeat', () => {
    const answer = soap(
      '<Item><Tag n="1">a</Tag><Tag n="2" xsi:nil="true"/><Tag n="3">-</Tag></Item><Item><Tag>b</Tag></Item><Item><Other/></Item>',
    );
    const columns: Column[] = [
      { name: 'tags', at: '/Tag', as: 'json', null: ['-'] },
      { name: 'ns', at: '/Tag/@n', as: 'json' },
      { name: 'other', at: '/Other' },
    ];
    expect(read(answer, items(...columns))).toEqual({
      items: ['["a",null,null],["1","2","3"],null', '["b"],null,null', 'null,null,""'],
    });
  });

  it('of several tables come one table after the other, from wherever they are', () => {
    const answer = '<d><b><r>1</r></b><a/><b><r>2</r><other><r>no</r></other></b></d>';
    const table = (name: string, rows: string) => ({ name, rows, columns: [{ name: 'v', at: '/' }] });
    expect(read(answer, table('a', '/d/a/r'), table('b', '/d/b/r'))).toEqual({ b: ['"1"', '"2"'], a: [] });
    expect(failureOf(() => read('<d><a/><b/><a/></d>', table('a', '/d/a'), table('b', '/d/b'))).message).toBe(
      'Table "a": the rows of another table stand between its own: make a resource of each table.',
    );
  });

  it('may be the root alone', () => {
    const row: TableDefinition = { name: 't', rows: '/r', columns: [{ name: 'v', at: '/@v' }] };
    expect(read('<r v="1"/>', row)).toEqual({ t: ['"1"'] });
    expect(failureOf(() => read('<Error/>', row)).message).toBe(
      'Table "t": there is nothing at "/r" in the origin\'s answer.',
    );
  });
});

describe('an XML answer without rows', () => {
  it('is an empty table where the element directly around the rows is there', () => {
    expect(read(soap(''), items('Id'))).toEqual({ items: [] });
  });

  it('fails where that is not there, unless the definition takes it', () => {
    const other = soap('').replaceAll('GetItemsResponse', 'Response');
    expect(failureOf(() => read(other, items('Id')))).toMatchObject({
      code: 'origin-malformed',
      retryable: false,
      message: 'Table "items": there is nothing at "/Envelope/Body/GetItemsResponse" in the origin\'s answer.',
    });
    expect(read(other, { ...items('Id'), missing: 'empty' })).toEqual({ items: [] });
  });

  it.each([
    ['<Envelope><Body><Other/><Status/></Body></Envelope>', 'Other, Status at "/Envelope/Body"'],
    ['<Envelope><Fault/></Envelope>', 'Fault at "/Envelope"'],
    ['<Error/>', 'Error at its root'],
  ])('that fails tells administrators alone what is there: %s', (answer, found) => {
    const { message, adminDetail } = failureOf(() => read(answer, items('Id')));
    expect(adminDetail).toBe(`${message.slice(0, -1)}; there are ${found}.`);
    expect(message).not.toContain('there are');
  });

  /** What is warned of once the answer has been read. */
  const warned = (answer: string, definition: TableDefinition) => {
    const findings = new Findings();
    const columns = [new ColumnWatch(definition)];
    rowsOf(answer, [definition], [], (tables, sink) => readXml(tables, sink, { findings, columns }));
    checkAllColumns(columns, undefined, findings);
    return findings.warnings;
  };

  it('is warned of where other elements are there, the first twelve by name', () => {
    const at = '/Envelope/Body/GetItemsResponse';
    const nothing = `Table "items": there is nothing at "${ROWS}" in the origin's answer`;
    expect(warned(soap('<m:item><m:Id>1</m:Id></m:item><m:item/><m:Count>2</m:Count>'), items('Id'))).toEqual([
      `${nothing}; there are item, Count at "${at}".`,
    ]);
    const many = Array.from({ length: 20 }, (_, n) => `<e${n}/>`).join('');
    const first = Array.from({ length: 12 }, (_, n) => `e${n}`).join(', ');
    expect(warned(soap(many), items('Id'))).toEqual([`${nothing}; there are ${first}, … at "${at}".`]);
    expect(warned('<Error/>', { ...items('Id'), missing: 'empty' })).toEqual([
      `Table "items": there is nothing at "${at}" in the origin's answer; there are Error at its root.`,
    ]);
    expect(warned(soap(''), items('Id'))).toEqual([]);
    expect(warned(soap('<m:Count>1</m:Count><m:Item><m:Id>1</m:Id></m:Item>'), items('Id'))).toEqual([]);
  });
});

describe('a row that does not fit', () => {
  it.each<[name: string, row: string, columns: Column[], message: string]>([
    [
      'has a column twice',
      '<Item><Id>1</Id><Id>2</Id></Item>',
      ['Id'],
      'has the column "Id" more than once; a path with a namespace, {uri}name, tells them apart, "as": "json" takes all.',
    ],
    [
      'has elements in place of a text',
      '<Item><Price>\n <Amount>1</Amount>\n</Price></Item>',
      ['Price'],
      'has elements where "at" of the column "Price" leads to a text.',
    ],
    [
      'has none of the columns',
      '<Item><ID>1</ID></Item>',
      ['Id'],
      'has elements or attributes, but none of the declared columns.',
    ],
  ])('%s', (_name, row, columns, message) => {
    const failure = failureOf(() =>
      read(soap(`<Item><Id/></Item>${row}`), items(...columns, { name: 'x', at: '/Id/@x' })),
    );
    expect(failure).toMatchObject({ code: 'origin-malformed', message: `Table "items", row 1: it ${message}` });
  });

  it('has a cell of another type: its place is told, and never its value', () => {
    const failure = failureOf(() => read(soap('<Item><Sum>secret</Sum></Item>'), items({ name: 'Sum', as: 'number' })));
    expect(failure.message).toMatch(/^Table "items", row 0, column "Sum": the cell is not a number/);
    expect(failure.adminDetail).not.toContain('secret');
  });

  it('has a column more than 10,000 times', () => {
    const failure = failureOf(() =>
      read(soap(`<Item>${'<T/>'.repeat(10_001)}</Item>`), items({ name: 'T', as: 'json' })),
    );
    expect(failure.code).toBe('origin-too-large');
  });
});

describe('what an XML answer is expected to say', () => {
  const answer = soap('<Status code=" 0 ">ok</Status><Item><Id>1</Id></Item>');
  const at = '/Envelope/Body/GetItemsResponse/Status';
  const expecting = (expected: Expectation) => rowsOf(answer, [items('Id')], [], reading([expected]));

  it.each<Expectation>([
    { at, is: 'ok' },
    { at: `${at}/@code`, is: 0 },
    { at: '/Envelope/Body/Error', is: null },
  ])('is met: $at is $is', (expected) => {
    expect(expecting(expected)).toEqual({ items: ['"1"'] });
  });

  it.each<Expectation>([
    { at, is: 'OK' },
    { at: `${at}/@code`, is: false },
    { at: `${at}/@none`, is: '' },
    { at, is: null, retry: true },
    { at: '/Envelope/Body/GetItemsResponse', is: '' },
  ])('is not met: $at is not $is', (expected) => {
    expect(failureOf(() => expecting(expected))).toMatchObject({
      code: 'origin-refused',
      retryable: expected.retry ?? false,
    });
  });
});
