import { describe, expect, it } from 'vitest';
import { expectFaults } from '../../../src/origin/check-expect.ts';
import type { NewAnswer } from '../../../src/origin/fetch-origin.ts';
import { Findings } from '../../../src/origin/findings.ts';
import { checkTables } from '../../../src/origin/pointers.ts';
import { readAnswer } from '../../../src/origin/read-answer.ts';
import { sampleResource } from '../../support/resources.ts';
import { table } from '../../support/rows.ts';

type Members = Parameters<typeof sampleResource>[0] & { origin?: never };
type Origin = Partial<NonNullable<Parameters<typeof sampleResource>[0]>['origin']>;

const URL_OF_ANSWER = new URL('https://erp.example.com/items?page=1');

/** Reads an answer in pieces of `size` bytes; the rows told, and the warnings. */
async function read(
  text: string | Uint8Array,
  {
    origin = {},
    more = {},
    mode = 'fail',
    headers = {},
    size = 7,
    status = 200,
  }: {
    origin?: Origin;
    more?: Members;
    mode?: 'fail' | 'warn';
    headers?: Record<string, string>;
    size?: number;
    status?: number;
  } = {},
): Promise<{ rows: string[]; passed: number; warnings: string[] }> {
  const definition = sampleResource({ ...more, origin: { url: URL_OF_ANSWER.href, ...origin } });
  expect(expectFaults(definition)).toEqual([]);
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const answer: NewAnswer = {
    outcome: 'new',
    validators: { etag: null, lastModified: null },
    url: URL_OF_ANSWER,
    headers: new Headers({ 'Content-Type': 'application/json', ...headers }),
    status,
    body: pieces(),
    release: () => undefined,
  };
  const findings = new Findings(definition.origin.partial, mode);
  const { body, reader } = readAnswer(definition, answer, { findings });
  const rows: string[] = [];
  const sink = { beginTable: () => undefined, row: (row: string) => void rows.push(row), endTable: () => undefined };
  const reading = definition.tables === undefined ? null : reader(definition.tables, sink);
  let passed = 0;
  for await (const piece of body) {
    reading?.write(piece);
    passed += piece.length;
  }
  reading?.end();
  return { rows, passed, warnings: findings.warnings };
}

const failing = (code: string, message: unknown = expect.any(String)) => expect.objectContaining({ code, message });
const tables = [table('t', '/d/items', 'a')];
const whole = (more: string) => `{"d":{"items":[{"a":1}]${more}}}`;

describe('an answer with further pages', () => {
  it.each([
    ['"@odata.nextLink":"https://x/?$skip=2"', '@odata.nextLink'],
    ['"odata.nextLink":"x"', 'odata.nextLink'],
    ['"__next":"x"', '__next'],
    ['"nextLink":"x"', 'nextLink'],
    ['"nextRecordsUrl":"/services/query/01g-2000"', 'nextRecordsUrl'],
    ['"next":"/items?page=2"', 'next'],
  ])('fails, and names the place and the member that allows it: %s', async (member, name) => {
    const detail = `The origin's answer names a next page at /${name}. origin.pages reads the pages that follow. If the data is complete all the same, origin.partial: ["next"] accepts it.`;
    await expect(read(`{"d":{"items":[]},${member}}`, { more: { tables } })).rejects.toThrow(
      failing('origin-pages', detail),
    );
    await expect(read(`{${member}}`)).rejects.toThrow(failing('origin-pages', detail));
    await expect(read(whole(`,${member}`), { more: { tables } })).rejects.toThrow(
      failing('origin-pages', expect.stringContaining(`at /d/${name}.`)),
    );
  });

  it('fails by its Link header, whatever its format', async () => {
    const headers = { Link: '<?page=2>; rel="next"' };
    const message = expect.stringContaining('header Link');
    await expect(read('[]', { headers })).rejects.toThrow(failing('origin-pages', message));
    const csv: Members = { format: 'csv', tables: [{ name: 't', columns: ['a'] }] };
    await expect(read('a\n1\n', { headers: { ...headers, 'Content-Type': 'text/csv' }, more: csv })).rejects.toThrow(
      failing('origin-pages', message),
    );
  });

  it('is accepted where the definition says so, with a warning', async () => {
    const { rows, warnings } = await read(whole(',"nextLink":"x"'), {
      more: { tables },
      origin: { partial: ['next'] },
    });
    expect([rows, warnings]).toEqual([['1'], ["The origin's answer names a next page at /d/nextLink."]]);
  });

  it.each([
    '{"nextLink":"","@odata.nextLink":null,"next":"tuesday","nextRecordsUrl":{"a":1}}',
    '{"data":{"nextLink":"x"}}',
    '[{"nextLink":"x"}]',
    '{"next":"/items?page=1"}',
    '"nextLink"',
  ])('is none of these: %s', async (answer) => {
    expect((await read(answer)).warnings).toEqual([]);
  });

  it('is none for what stands in rows', async () => {
    const inRows = [table('t', '/items', 'a', 'nextLink')];
    expect((await read('{"items":[{"a":1,"nextLink":"x","errors":[1]}]}', { more: { tables: inRows } })).rows).toEqual([
      '1,"x"',
    ]);
  });
});

describe('an answer that says that it failed', () => {
  it.each(['[{"message":"x"}]', '"no"', '1', 'true', '{"a":null}', '[null]', '0.1', '[[]]'])(
    'fails with errors of %s, and names the place and the member that allows it',
    async (value) => {
      for (const name of ['errors', 'exception']) {
        const detail = `The origin's answer has errors at /${name}. If the data is complete all the same, origin.partial: ["errors"] accepts it.`;
        await expect(read(`{"${name}":${value},"d":{"items":[]}}`, { more: { tables } })).rejects.toThrow(
          failing('origin-refused', detail),
        );
        await expect(read(`{"data":null,"${name}":${value}}`)).rejects.toThrow(failing('origin-refused', detail));
        await expect(read(whole(`,"${name}":${value}`), { more: { tables } })).rejects.toThrow(
          failing('origin-refused', expect.stringContaining(`/d/${name}.`)),
        );
      }
    },
  );

  it.each(['null', 'false', '0', '0.0', '-0', '0e5', '""', '[]', '{}'])('is none with errors of %s', async (value) => {
    const answer = `{"errors":${value},"d":{"exception":${value},"items":[{"a":1}],"errors":${value}}}`;
    expect(await read(answer, { more: { tables } })).toMatchObject({ rows: ['1'], warnings: [] });
    expect((await read(answer)).warnings).toEqual([]);
  });

  it('is accepted where the definition says so, with a warning', async () => {
    const { warnings } = await read('{"errors":[1]}', { origin: { partial: ['errors'] } });
    expect(warnings).toEqual(["The origin's answer has errors at /errors."]);
    await expect(read('{"errors":[1]}', { origin: { partial: ['next'] } })).rejects.toThrow(failing('origin-refused'));
  });

  it('is none where rows themselves lead', async () => {
    const ofErrors = [table('t', '/errors', 'a'), table('u', '/exception/items', 'a')];
    expect(checkTables(ofErrors)).toEqual([]);
    const answer = '{"errors":[{"a":1}],"exception":{"items":[{"a":2}]}}';
    expect(await read(answer, { more: { tables: ofErrors } })).toMatchObject({ rows: ['1', '2'], warnings: [] });
  });

  it('is one that leads through an array, too', async () => {
    const answer = '[{"items":[],"errors":["x"]}]';
    await expect(read(answer, { more: { tables: [table('t', '/0/items', 'a')] } })).rejects.toThrow(
      failing('origin-refused', expect.stringContaining('/0/errors.')),
    );
  });

  it('is none elsewhere', async () => {
    expect((await read('{"rows":[{"errors":[1]}],"meta":{"exception":"x"}}')).warnings).toEqual([]);
  });
});

describe('JSON without tables', () => {
  it.each(['{"a":', '[1,2', '{"a":1}}', '', 'tru', '{"a":"\n"}', '[1,]', '{"a":1} x'])(
    'that is not whole fails: %j',
    async (answer) => {
      await expect(read(answer)).rejects.toThrow(failing('origin-malformed'));
    },
  );

  it('in another encoding fails', async () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode('{"a":"'), 0xfc, ...new TextEncoder().encode('"}')]);
    await expect(read(bytes)).rejects.toThrow(failing('origin-malformed', expect.stringContaining('UTF-8')));
  });

  it.each(['application/vnd.api+json', 'text/json; charset=latin1', 'application/x-javascript'])(
    'is known by its type: %s',
    async (type) => {
      await expect(read('{"a"', { headers: { 'Content-Type': type } })).rejects.toThrow(failing('origin-malformed'));
    },
  );

  it('of another type passes whatever it is', async () => {
    expect((await read('{"a":', { headers: { 'Content-Type': 'text/plain' } })).passed).toBe(5);
  });

  it('passes whole, however deep and long', async () => {
    const deep = `${'['.repeat(5000)}1${']'.repeat(5000)}`;
    expect((await read(deep)).passed).toBe(deep.length);
    const long = JSON.stringify({ a: 'ä'.repeat(1_000_000), b: '7'.repeat(100_000) });
    expect((await read(long, { size: 65_536 })).passed).toBe(new TextEncoder().encode(long).length);
  });
});

describe('what is expected', () => {
  const expecting = (at: string, is: string | number | boolean | null, more: Origin = {}) => ({
    origin: { expect: [{ at, is }], ...more },
  });

  it.each([
    ['/status', 'ok', '{"status":"ok"}'],
    ['/code', 0, '{"code":0.0}'],
    ['/code', 1.5, '{"code":15e-1}'],
    ['/ok', true, '{"ok":true}'],
    ['/a/b/1/c~1d', 'x', '{"a":{"b":[0,{"c/d":"x"}]}}'],
    ['/error', null, '{"error":null}'],
    ['/error', null, '{}'],
    ['/error', null, '[]'],
    ['/', 1, '{"":1}'],
  ])('%s to be %j is met by %s', async (at, is, answer) => {
    expect((await read(answer, expecting(at, is))).warnings).toEqual([]);
  });

  it.each([
    ['/status', 'ok', '{"status":"failed"}'],
    ['/status', 'ok', '{}'],
    ['/status', 'ok', '{"status":["ok"]}'],
    ['/status', '1', '{"status":1}'],
    ['/code', 0, '{"code":"0"}'],
    ['/code', 0, '{"code":false}'],
    ['/ok', true, '{"ok":1}'],
    ['/error', null, '{"error":{}}'],
    ['/error', null, '{"error":""}'],
    ['/status', 'ok', '{"status":"ok","status":"failed"}'],
    ['/a/b', 1, '{"a":{"c":{"b":1}}}'],
  ])('%s to be %j is not met by %s', async (at, is, answer) => {
    const detail = `The origin's answer does not have at "${at}" the value that origin.expect requires.`;
    await expect(read(answer, expecting(at, is))).rejects.toThrow(
      expect.objectContaining({ code: 'origin-refused', message: detail, retryable: false }),
    );
    await expect(read(answer, { ...expecting(at, is), mode: 'warn' })).rejects.toThrow(failing('origin-refused'));
  });

  it('is looked for beside tables, before and behind their rows', async () => {
    const origin = {
      expect: [
        { at: '/status', is: 'ok' },
        { at: '/d/count', is: 1 },
        { at: '/other/deep', is: 2 },
      ],
    };
    const answer = (status: string) => `{"other":{"deep":2},"d":{"items":[{"a":1}],"count":1},"status":"${status}"}`;
    expect((await read(answer('ok'), { origin, more: { tables } })).rows).toEqual(['1']);
    await expect(read(answer('no'), { origin, more: { tables } })).rejects.toThrow(failing('origin-refused'));
  });

  it.each([
    ['X-Status', 'ok', { 'x-status': 'ok' }],
    ['X-Count', 5, { 'X-Count': '5' }],
    ['X-Whole', true, { 'X-Whole': 'true' }],
    ['X-Error', null, {}],
  ])('of the header %s to be %j is met by %j', async (at, is, headers) => {
    const csv: Members = { format: 'csv', tables: [{ name: 't', columns: ['a'] }] };
    const plain = { 'Content-Type': 'text/csv', ...headers };
    expect((await read('a\n1\n', { ...expecting(at, is), headers: plain, more: csv })).rows).toEqual(['"1"']);
  });

  it.each([
    ['X-Status', 'ok', { 'X-Status': 'OK' }],
    ['X-Status', 'ok', {}],
    ['X-Error', null, { 'X-Error': '' }],
    ['X-Count', 5, { 'X-Count': '5.0' }],
  ])('of the header %s to be %j is not met by %j', async (at, is, headers) => {
    await expect(read('[]', { ...expecting(at, is), headers })).rejects.toThrow(failing('origin-refused'));
  });

  it('may be worth another try', async () => {
    const origin = { expect: [{ at: '/ready', is: true, retry: true }] };
    await expect(read('{"ready":false}', { origin })).rejects.toThrow(
      expect.objectContaining({ code: 'origin-refused', retryable: true }),
    );
  });

  it('is nowhere in what is not JSON', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    await expect(read('x', { ...expecting('/a', 1), headers })).rejects.toThrow(failing('origin-refused'));
    expect((await read('x', { ...expecting('/a', null), headers })).passed).toBe(1);
  });

  it('at a place that cannot be looked at is refused', () => {
    const faultsOf = (at: string, more: Members = {}) =>
      expectFaults(sampleResource({ ...more, origin: { url: 'https://erp.example.com/', expect: [{ at, is: 1 }] } }));
    const fault = (detail: RegExp) => [{ pointer: '/origin/expect/0/at', detail: expect.stringMatching(detail) }];
    expect(faultsOf('two words')).toEqual(fault(/name of a header/));
    expect(faultsOf('/a~2')).toEqual(fault(/RFC 6901/));
    expect(faultsOf('/a', { format: 'csv', tables: [{ name: 't', columns: ['a'] }] })).toEqual(
      fault(/header: the format "csv"/),
    );
    expect(faultsOf('/d/items', { tables })).toEqual(fault(/rows of table "t"/));
    expect(faultsOf('/d/items/0/a', { tables })).toEqual(fault(/rows of table "t"/));
    expect(faultsOf('/d/item', { tables })).toEqual([]);
  });
});

describe('an answer without content', () => {
  it('is no rows where every table may be missing', async () => {
    const all = [
      { ...table('t', '/a', 'x'), missing: 'empty' as const },
      { ...table('u', '/b', 'x'), missing: 'empty' as const },
    ];
    expect((await read('', { status: 204, more: { tables: all } })).rows).toEqual([]);
  });

  it('says nothing at any pointer that the definition expects to say something', async () => {
    const all = [{ ...table('t', '/a', 'x'), missing: 'empty' as const }];
    const nothing = (is: boolean | null) =>
      read('', { status: 204, more: { tables: all }, origin: { expect: [{ at: '/ok', is }] } });
    await expect(nothing(true)).rejects.toThrow(failing('origin-refused', expect.stringContaining('"/ok"')));
    expect((await nothing(null)).rows).toEqual([]);
  });

  it('fails where there are no tables', async () => {
    await expect(read('', { status: 205 })).rejects.toThrow(
      failing('origin-status', 'The origin answered with status 205.'),
    );
  });

  it.each<Members>([{ tables }, { tables: [{ ...table('t', '/a', 'x'), missing: 'empty' }, table('u', '/b', 'x')] }])(
    'fails otherwise, and names the member that allows it: %j',
    async (more) => {
      await expect(read('', { status: 204, more })).rejects.toThrow(
        failing('origin-status', expect.stringContaining('tables[].missing: "empty"')),
      );
    },
  );
});

describe('PARTIAL_ANSWERS = "warn"', () => {
  it('takes what looks like part of the data, and says what', async () => {
    const answer = '{"errors":[1],"d":{"items":[{"b":1},{"a":2}],"nextLink":"x"}}';
    const { rows, warnings } = await read(answer, { mode: 'warn', more: { tables } });
    expect(rows).toEqual(['null', '2']);
    expect(warnings).toEqual([
      expect.stringContaining('/errors'),
      expect.stringContaining('row 0'),
      expect.stringContaining('/d/nextLink'),
    ]);
  });

  it('passes on what is not JSON, and says where', async () => {
    const { passed, warnings } = await read('{"a":1}} and more', { mode: 'warn' });
    expect([passed, warnings]).toEqual([17, [expect.stringContaining('not valid JSON at byte 7')]]);
  });

  it('keeps a few warnings of many', async () => {
    const items = Array.from({ length: 100 }, () => '{"b":1}').join();
    const { warnings } = await read(`{"d":{"items":[${items}]}}`, { mode: 'warn', more: { tables } });
    expect(warnings).toHaveLength(8);
  });
});
