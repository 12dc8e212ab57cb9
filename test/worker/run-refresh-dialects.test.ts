import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/contract/column.ts';
import type { OriginAnswer } from '../support/origin.ts';
import { Refreshed } from '../support/refreshes.ts';
import { encoded } from '../support/rows.ts';

type Members = Parameters<typeof Refreshed.define>[0];

/** Loads an answer under a definition; the body's tables, and how the task ended. */
async function load(members: Members, answer: OriginAnswer) {
  const cache = await Refreshed.define(members);
  await cache.origin.answer(answer);
  const { task, entry } = await cache.refresh();
  const body = entry?.loaded ? await cache.body(entry) : null;
  return { cache, task, body };
}
/** The same in small pieces that cut characters. */
const bytes = (given: Uint8Array, type: string): OriginAnswer => ({
  bytes: [...given],
  bytes_per_chunk: 7,
  headers: { 'Content-Type': type },
});
const text = (body: string, type: string): OriginAnswer => ({ body, headers: { 'Content-Type': type } });
const json = (body: unknown) => text(JSON.stringify(body), 'application/json');
const data = (rows: string) => expect.stringContaining(`"data":[${rows}]`);
const failed = (detail: unknown) => ({
  state: 'FAILURE',
  error: expect.objectContaining({ type: '/docs/problems#origin-malformed', detail }),
});
const table = (...columns: Column[]) => ({ tables: [{ name: 't', rows: '/items', columns }] });
const csv = (...columns: Column[]) => ({ format: 'csv' as const, tables: [{ name: 't', columns }] });

const SALES: Members = {
  format: 'csv',
  charset: 'windows-1251',
  csv: { delimiter: ';' },
  tables: [
    {
      name: 'sales',
      columns: [
        { name: 'sku', at: '/Артикул' },
        { name: 'sum', at: '/Сумма', as: 'number', decimal: ',', group: ' ', null: [''] },
        { name: 'day', at: '/Дата', as: 'date', pattern: 'dd.MM.yyyy H:mm:ss' },
        { name: 'at', at: '/Дата', as: 'time', pattern: 'dd.MM.yyyy H:mm:ss', zone: 'Europe/Moscow' },
      ],
    },
  ],
};

describe('an export of 1C', () => {
  it('becomes numbers, days and moments, with names of its own', async () => {
    const lines = [
      'Артикул ; Сумма;Дата',
      'А-100;1\u00A0234,50;28.11.2026 0:00:00',
      '"А;101";-0,10;28.11.2026 23:59:59',
      'А-102;;01.01.2026 9:05:00',
    ];
    const { body } = await load(SALES, bytes(encoded(`${lines.join('\r\n')}\r\n`, 'windows-1251'), 'text/csv'));
    expect(body).toBe(
      '[{"name":"sales","columns":["sku","sum","day","at"],"data":[' +
        '[1,"А-100",1234.50,"2026-11-28","2026-11-27T21:00:00Z"],' +
        '[2,"А;101",-0.10,"2026-11-28","2026-11-28T20:59:59Z"],' +
        '[3,"А-102",null,"2026-01-01","2026-01-01T06:05:00Z"]]}]',
    );
  });

  it('with a row that does not fit changes nothing, and tells nobody its value', async () => {
    const { cache, body } = await load(
      SALES,
      bytes(encoded('Артикул;Сумма;Дата\nx;1;01.01.2026 9:05:00', 'windows-1251'), 'text/csv'),
    );
    await cache.origin.answer(bytes(encoded('Артикул;Сумма;Дата\nИтого;7 secret;\n', 'windows-1251'), 'text/csv'));
    const { task, entry } = await cache.refresh();
    expect(task).toMatchObject(
      failed(
        'Table "sales", row 0, column "sum": the cell is not a number in the form that its column in tables[].columns describes (decimal, group).',
      ),
    );
    expect(JSON.stringify(task)).not.toContain('secret');
    expect(entry && (await cache.body(entry))).toBe(body);
  });

  it('is loaded again, as what the definition then says, without a change in the origin', async () => {
    const cache = await Refreshed.define(csv('sum'));
    await cache.origin.answer({ body: 'sum\n"1,5"\n', headers: { 'Content-Type': 'text/csv', ETag: '"1"' } });
    const { entry: first } = await cache.refresh();
    expect(first && (await cache.body(first))).toEqual(data('[1,"1,5"]'));
    await cache.redefine(csv({ name: 'sum', as: 'number', decimal: ',' }));
    const { entry } = await cache.refresh();
    expect(entry && (await cache.body(entry))).toEqual(data('[2,1.5]'));
    expect((await cache.origin.requests()).map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('an answer of SAP Gateway', () => {
  const columns: Column[] = [
    { name: 'id', at: '/OrderId' },
    { name: 'city', at: '/ShipTo/City' },
    { name: 'sum', at: '/NetAmount', as: 'number' },
    { name: 'created', at: '/CreatedAt', as: 'time' },
    { name: 'due', at: '/DueOn', as: 'date', null: [''] },
  ];
  const order = (OrderId: string, more: object) => ({
    __metadata: { uri: 'x' },
    OrderId,
    NetAmount: '000012.50-',
    ...more,
  });

  it('becomes numbers, moments and days out of nested rows', async () => {
    const results = [
      order('1', {
        ShipTo: { __metadata: {}, City: 'Ulm' },
        CreatedAt: '/Date(1764288000123+0300)/',
        DueOn: '/Date(1764288000000)/',
      }),
      order('2', { ShipTo: null, CreatedAt: null, DueOn: '' }),
      order('3', { CreatedAt: '/Date(-1)/', DueOn: '2026-01-31T00:00:00' }),
    ];
    const members = { tables: [{ name: 'orders', rows: '/d/results', columns }] };
    const { body } = await load(members, json({ d: { results } }));
    expect(body).toEqual(
      data(
        '[1,"1","Ulm",-12.50,"2025-11-28T00:00:00.123Z","2025-11-28"],[2,"2",null,-12.50,null,null],[3,"3",null,-12.50,"1969-12-31T23:59:59.999Z","2026-01-31"]',
      ),
    );
  });
});

describe('what other loaders are complained of', () => {
  it('null instead of an array of rows breaks the load: here there are no rows then', async () => {
    expect((await load(table('id'), json({ items: null }))).body).toEqual(data(''));
  });

  it('a path that is not there counts as no data: here the load fails', async () => {
    const { task } = await load(table('id'), json({ Items: [{ id: 1 }] }));
    expect(task).toMatchObject(
      failed(expect.stringMatching(/^Table "t": there is no array at "\/items" in the origin's answer\./)),
    );
  });

  it('one element is no list: here a table may be single', async () => {
    const members = { tables: [{ name: 't', rows: '/items', columns: ['id'], single: true }] };
    expect((await load(members, json({ items: { id: 1 } }))).body).toEqual(data('[1,1]'));
    expect((await load(members, json({ items: [{ id: 1 }, { id: 2 }] }))).body).toEqual(data('[1,1],[2,2]'));
    expect((await load(table('id'), json({ items: { id: 1 } }))).task).toMatchObject(
      failed(expect.stringMatching(/no array/)),
    );
  });

  it('a byte order mark stands in the first name, windows-1251 is garbled: here neither', async () => {
    expect((await load(csv('a'), text('\uFEFFa\n1\n', 'text/csv'))).body).toEqual(data('[1,"1"]'));
    const utf16 = Uint8Array.from([0xff, 0xfe, ...Array.from('ä\t\n1\t\n', (c) => [c.charCodeAt(0), 0]).flat()]);
    const tabs = { ...csv('ä'), csv: { delimiter: '\t' } };
    expect((await load(tabs, bytes(utf16, 'text/csv'))).body).toEqual(data('[1,"1"]'));
    const cyrillic = encoded('имя\nЖук\n', 'windows-1251');
    expect((await load(csv('имя'), bytes(cyrillic, 'text/csv; charset=windows-1251'))).body).toEqual(data('[1,"Жук"]'));
    expect((await load({ ...csv('имя'), charset: 'cp1251' }, bytes(cyrillic, 'text/csv; charset=utf-8'))).body).toEqual(
      data('[1,"Жук"]'),
    );
    expect((await load(csv('имя'), bytes(cyrillic, 'text/csv'))).task).toMatchObject(
      failed(expect.stringMatching(/UTF-8/)),
    );
    const lines = { format: 'ndjson' as const, charset: 'windows-1251', tables: [{ name: 't', columns: ['имя'] }] };
    expect((await load(lines, bytes(encoded('{"имя":"Жук"}', 'windows-1251'), 'application/json'))).body).toEqual(
      data('[1,"Жук"]'),
    );
  });

  it('a decimal comma becomes 3256, or is rounded: here it is 3.256, or the load fails', async () => {
    const columns: Column[] = ['city', { name: 'size', as: 'number', decimal: ',' }];
    const dialect = { ...csv(...columns), csv: { delimiter: ';' } };
    const { body } = await load(
      dialect,
      text('city;size\nUlm, DE;3,256\nBonn;0,10000000000000000000001\n', 'text/csv'),
    );
    expect(body).toEqual(data('[1,"Ulm, DE",3.256],[2,"Bonn",0.10000000000000000000001]'));
    expect((await load(dialect, text('city;size\nUlm;3.256\n', 'text/csv'))).task).toMatchObject(
      failed(expect.stringMatching(/row 0, column "size"/)),
    );
    expect((await load(csv('city', 'size'), text('sep=;\r\ncity;size\r\nUlm;3,256\r\n', 'text/csv'))).body).toEqual(
      data('[1,"Ulm","3,256"]'),
    );
  });

  it('the content type is wrong, or without a charset: here the definition says both', async () => {
    const members = { ...table('id'), content_type: '*/*' };
    expect((await load(members, text('{"items":[{"id":1}]}', 'text/html'))).body).toEqual(data('[1,1]'));
    const typeless = { ...csv('é'), content_type: '*/*', charset: 'latin1' };
    expect((await load(typeless, bytes(encoded('é\nü\n', 'latin1'), 'x-unknown'))).body).toEqual(data('[1,"ü"]'));
  });

  it('nested fields and new names need code: here a column has a place', async () => {
    const columns: Column[] = [
      { name: 'city', at: '/address/city' },
      { name: 'id', at: '/attributes/0' },
    ];
    const items = [{ address: { city: 'Ulm' } }, { address: null }, {}];
    expect((await load(table(columns[0] ?? ''), json({ items }))).body).toEqual(data('[1,"Ulm"],[2,null],[3,null]'));
    const { task } = await load(table(...columns), json({ items: [{ address: {}, attributes: [7] }] }));
    expect(task).toMatchObject(failed(expect.stringMatching(/no object where "at" of the column "id"/)));
  });

  it('times without a zone are taken for UTC, offsets are overwritten: here both are moments', async () => {
    const columns: Column[] = [{ name: 'at', as: 'time', zone: 'Europe/Berlin' }];
    const items = ['2026-07-01T12:00:00', '2026-07-01T12:00:00+05:30', '2026-03-29T02:30:00'].map((at) => ({ at }));
    expect((await load(table(...columns), json({ items }))).body).toEqual(
      data('[1,"2026-07-01T10:00:00Z"],[2,"2026-07-01T06:30:00Z"],[3,"2026-03-29T01:30:00Z"]'),
    );
    const bare = await load(table({ name: 'at', as: 'time' }), json({ items: items.slice(0, 1) }));
    expect(bare.task).toMatchObject(failed(expect.stringMatching(/has no zone/)));
  });

  it('/Date(…)/ with an offset is another time than without: here it is the same', async () => {
    const items = ['/Date(1764288000000)/', '/Date(1764288000000+0060)/', '/Date(1764288000000-0800)/'].map((at) => ({
      at,
    }));
    expect((await load(table({ name: 'at', as: 'time' }), json({ items }))).body).toEqual(
      data([1, 2, 3].map((id) => `[${id},"2025-11-28T00:00:00.000Z"]`).join(',')),
    );
  });
});

describe('the zones and encodings of the platform', () => {
  it('are all there', async () => {
    const zones = ['Europe/Moscow', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    const columns = zones.map((zone): Column => ({ name: zone, at: '/at', as: 'time', zone }));
    const { body } = await load(table(...columns), json({ items: [{ at: '2026-11-28T12:00:00' }] }));
    const hours = ['09:00', '17:00', '06:15', '01:00', '06:30'];
    expect(body).toEqual(data(`[1,${hours.map((hour) => `"2026-11-28T${hour}:00Z"`).join(',')}]`));
    const labels =
      'ibm866 iso-8859-2 iso-8859-5 iso-8859-15 koi8-r koi8-u windows-1250 windows-1251 windows-1252 windows-1254 windows-1257 macintosh';
    for (const label of labels.split(' ')) {
      const letter = [...new TextDecoder(label).decode(Uint8Array.of(0xe0))][0] ?? '';
      const answer = bytes(Uint8Array.from([0x61, 0x0a, 0xe0, 0x0a]), 'text/csv');
      expect([label, (await load({ ...csv('a'), charset: label }, answer)).body]).toEqual([
        label,
        data(`[1,"${letter}"]`),
      ]);
    }
  });
});
