import { describe, expect, it } from 'vitest';
import { quotingFaults } from '../../../src/origin/check-quoting.ts';
import { warningsOf } from '../../../src/origin/later-rules.ts';
import { sampleResource } from '../../support/resources.ts';

type Quote = 'odata' | 'backslash' | 'none';

function faults(path: string, quote?: Quote, a: unknown = { type: 'string' }): string[] {
  const origin = { url: `https://erp.example.com${path}`, ...(quote === undefined ? {} : { quote }) };
  const parameters = { properties: { a, n: { type: 'integer' } } };
  return quotingFaults(sampleResource({ origin, parameters, scope: 'user' })).map(
    ({ pointer, detail }) => `${pointer} ${detail}`,
  );
}
const REQUIRED = [expect.stringMatching(/^\/origin\/quote is required, since \{a\} stands between quotes/)];

describe('a text between quotes', () => {
  it.each([
    "/x?$filter=Name%20eq%20'{a}'",
    '/x?$filter=Name%20eq%20%27{a}%27',
    "/x?$filter=Name%20eq%20%27{a}'&y=1",
    "/P('{a}')",
    '/P(%27{a}%27)/items',
    "/x?q=SELECT+Id+FROM+A+WHERE+N='{a}'",
    "/x?f=A eq 'it''s {a}'",
    "/x?f=startswith(N,'{a}')",
    "/x?q='{n}{a}'",
  ])('needs quote: %s', (path) => {
    expect(faults(path)).toEqual(REQUIRED);
    for (const quote of ['odata', 'backslash', 'none'] as const) expect(faults(path, quote)).toEqual([]);
  });

  it('is the user name, too', () => {
    expect(faults("/x?q='{_user}'")).toEqual([expect.stringMatching(/^\/origin\/quote .*\{_user\}/)]);
  });

  it('may not be cut short, which may cut an escape in two', () => {
    expect(faults("/x?q='{a:5}'", 'odata')).toEqual([expect.stringMatching(/^\/origin\/url must not cut \{a\} short/)]);
    expect(faults("/x?q='{a:5}'", 'none')).toEqual([]);
  });

  it.each(["/x?q='b'&r={a}", "/it's/x?r={a}", '/x/{a}', "/x?q='b'{&a}", '/x{?a}', '/x?q=%27b%27+{a}', "/x?q='{n}'"])(
    'is none outside of them: %s',
    (path) => {
      expect(faults(path)).toEqual([]);
    },
  );

  it('knows a quote behind a backslash that belongs to the literal', () => {
    expect(faults("/x?q='a%5C'b'+{a}", 'backslash')).toEqual([]);
    expect(faults("/x?q='a%5C'{a}'")).toEqual([]);
  });
});

describe('a text outside of quotes', () => {
  it.each(['$filter', '$apply', '$compute', '$search', '$orderby', '%24filter', '$Filter'])(
    'is refused in %s, whatever quote says',
    (clause) => {
      const refused = [
        expect.stringMatching(
          /^\/origin\/url must not have the text \{a\} outside of quotes in .* Write '\{a\}' and origin\.quote: "odata"$/,
        ),
      ];
      expect(faults(`/x?y=1&${clause}=Year%20eq%20{a}`)).toEqual(refused);
      expect(faults(`/x?${clause}={a}`, 'none')).toEqual(refused);
      expect(faults(`/x?${clause}=Year%20eq%20'b'%20or%20{a}`, 'odata')).toEqual(refused);
    },
  );

  it.each(['/P({a})', '/P(Key={a})', '/P%28{a}%29', "/P(A='b',B={a})/x"])('is refused in a key: %s', (path) => {
    expect(faults(path, 'odata')).toEqual([expect.stringMatching(/outside of quotes in a key/)]);
  });

  it.each(['/P(1)/{a}', '/x?filter={a}', '/x?$top={a}', '/x?$filter=A eq {n}&y={a}', '/x?y=({a})'])(
    'is taken elsewhere: %s',
    (path) => {
      expect(faults(path)).toEqual([]);
    },
  );
});

describe('a text with its reserved characters', () => {
  it.each(['/x?y={+a}', '/x?y={#a}', '/x?{+a}', '/x{?n}&y={+a}'])('is refused in a query: %s', (path) => {
    expect(faults(path, 'none')).toEqual([
      expect.stringMatching(/^\/origin\/url must not have \{[+#]a\} in the query/),
    ]);
  });

  it.each(['/x/{+a}', '/x{#a}'])('is taken in the path: %s', (path) => {
    expect(faults(path)).toEqual([]);
  });
});

describe('what cannot break out', () => {
  const everywhere = (schema: unknown) => [
    ...faults("/P({a})?$filter=A eq '{a}' or B eq {a}&y={+a}", undefined, schema),
  ];

  it.each<unknown>([
    { type: 'integer' },
    { type: ['number', 'null'] },
    { type: 'boolean' },
    { enum: ['a', 'b'] },
    { type: 'string', enum: ['a'] },
    { const: 'x' },
    { type: 'string', pattern: '^[A-Z]{3}$' },
    { type: 'string', pattern: '^\\d+$' },
    { type: ['string', 'null'], pattern: '^[a-z-]*$' },
    { type: 'string', pattern: '^(?!.*--)\\p{Lu}[\\w-]{1,8}(?:\\.\\d+)?$' },
    { type: 'string', pattern: '^[A-Z]{2} [0-9]{4}$' },
    { type: 'string', pattern: '^(a|b)\\1$' },
    { type: 'array', items: { type: 'integer' } },
    { anyOf: [{ type: 'integer' }, { enum: ['all'] }] },
    { allOf: [{ type: 'string' }, { type: 'string', pattern: '^x$' }] },
  ])('is taken everywhere: %j', (schema) => {
    expect(everywhere(schema)).toEqual([]);
  });

  it.each<unknown>([
    true,
    {},
    { type: 'string', maxLength: 3 },
    { type: 'string', format: 'date' },
    { pattern: '^[A-Z]{3}$' },
    { type: 'string', pattern: '[A-Z]{3}' },
    { type: 'string', pattern: '^[A-Z]{3}' },
    { type: 'string', pattern: '^[A-Z]{3}\\$' },
    { type: 'string', pattern: '^.*$' },
    { type: 'string', pattern: "^[^']*$" },
    { type: 'string', pattern: '^[^ ]*$' },
    { type: 'string', pattern: '^x|.*$' },
    // They match none of the usual samples, but values of another length or beginning that end a literal.
    { type: 'string', pattern: '^.{8}$' },
    { type: 'string', pattern: '^C-.*$' },
    { type: 'string', pattern: '^[^ &)]{5,}$' },
    { type: 'string', pattern: "^O'[A-Z]+$" },
    { type: 'string', pattern: '^X[\\u0020-\\u002f]$' },
    { type: 'string', pattern: '^\\P{L}\\x27$' },
    { type: 'string', pattern: '^C:\\\\[a-z]{9}$' },
    { type: ['integer', 'string'] },
    { type: 'array', items: { type: 'string' } },
    { type: 'array' },
    { type: 'object' },
    { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    { $ref: '#/properties/a' },
  ])('is anything else: %j', (schema) => {
    expect(everywhere(schema).length).toBe(4);
  });

  it('is found by reference', () => {
    const origin = { url: "https://erp.example.com/x?q='{a}'" };
    const parameters = { properties: { a: { $ref: '#/$defs/year' } }, $defs: { year: { type: 'integer' } } };
    expect(quotingFaults(sampleResource({ origin, parameters }))).toEqual([]);
  });
});

it('shows a stored definition as warnings, each once', () => {
  const origin = { url: "https://erp.example.com/x?q='{a}'&r='{a}'" };
  expect(warningsOf(sampleResource({ origin }))).toEqual([
    expect.stringMatching(/^The definition's \/origin\/quote is required, since \{a\} .*\.$/),
  ]);
});
