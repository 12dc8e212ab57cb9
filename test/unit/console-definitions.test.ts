/** What the editor of definitions makes of values and schemas. The editor itself: `console/test/resources.test.ts`. */

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { changesOf } from '../../console/src/definitions/changes.ts';
import {
  isSame,
  type Json,
  type JsonObject,
  jsonFault,
  memberOf,
  withMember,
} from '../../console/src/definitions/json.ts';
import { merge } from '../../console/src/definitions/merge.ts';
import {
  alternativesOf,
  fits,
  initialOf,
  kindOf,
  mainMember,
  mayBeEmpty,
  resolved,
  type Schema,
} from '../../console/src/definitions/schema.ts';
import { placeOfWarning } from '../../console/src/resources/fault-place.ts';
import { openApiDocument } from '../../scripts/openapi/document.ts';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject>;
const names: fc.Arbitrary<string[]> = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));

describe('the differences of two definitions', () => {
  const before = {
    ttl_s: 60,
    origin: { url: 'https://erp.example.com', headers: {} },
    tables: [{ name: 'cars', rows: '', columns: ['id', 'year', { name: 'price', as: 'text' }] }],
  };

  it('are told member by member, as deep as both have members', () => {
    const after = {
      ttl_s: 60,
      origin: { url: 'https://erp.example.org', headers: {} },
      guard: { min_rows: 1 },
      tables: before.tables,
    };
    expect(changesOf(before, after)).toEqual([
      { place: '/origin/url', before: 'https://erp.example.com', after: 'https://erp.example.org' },
      { place: '/guard', before: undefined, after: { min_rows: 1 } },
    ]);
  });

  it('name columns by their names, so that one in front leaves the others as they were', () => {
    const columns = ['number', 'id', { name: 'year', as: 'number' }, { name: 'price', as: 'number' }];
    expect(changesOf(before.tables, [{ name: 'cars', rows: '', columns }])).toEqual([
      { place: '/cars/columns/number', before: undefined, after: 'number' },
      { place: '/cars/columns/year', before: 'year', after: { name: 'year', as: 'number' } },
      { place: '/cars/columns/price/as', before: 'text', after: 'number' },
    ]);
  });

  it('tell another order of columns, which bodies have too', () => {
    expect(changesOf(['a', 'b', 'c'], ['c', 'a'])).toEqual([
      { place: '/b', before: 'b', after: undefined },
      { place: '', before: ['a', 'c'], after: ['c', 'a'] },
    ]);
  });

  it('are none only where both say the same, in whatever order of members', () => {
    fc.assert(fc.property(json, json, (one, other) => isSame(one, other) === (changesOf(one, other).length === 0)));
    expect(changesOf({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  });
});

describe('changes on top of those of somebody else', () => {
  it('are theirs alone or mine alone where the other changed nothing', () => {
    fc.assert(
      fc.property(object, object, (base, changed) => {
        expect(merge({ base, theirs: changed, mine: base })).toEqual({ value: changed, conflicts: [] });
        expect(merge({ base, theirs: base, mine: changed })).toEqual({ value: changed, conflicts: [] });
      }),
    );
  });

  it('are all there where both changed other members, in objects and in lists of names', () => {
    const base = { ttl_s: 60, wait_s: 10, tables: [{ name: 'cars', columns: ['id', 'year'] }] };
    const theirs = { ttl_s: 5, wait_s: 10, tables: [{ name: 'cars', columns: ['id', 'year', 'price'] }] };
    const mine = { ttl_s: 60, tables: [{ name: 'cars', rows: '/cars', columns: ['number', 'id'] }] };
    expect(merge({ base, theirs, mine })).toEqual({
      value: { ttl_s: 5, tables: [{ name: 'cars', rows: '/cars', columns: ['number', 'id', 'price'] }] },
      conflicts: [],
    });
  });

  it('ask which counts where both changed the same, and take that', () => {
    const sides = { base: { ttl_s: 60, a: 1 }, theirs: { ttl_s: 5, a: 1 }, mine: { ttl_s: 7, a: 2 } };
    const conflicts = [{ place: '/ttl_s', base: 60, theirs: 5, mine: 7 }];
    expect(merge(sides)).toEqual({ value: { ttl_s: 7, a: 2 }, conflicts });
    expect(merge(sides, () => 'theirs')).toEqual({ value: { ttl_s: 5, a: 2 }, conflicts });
    expect(merge({ base: { a: 1 }, theirs: {}, mine: { a: 2 } }).conflicts).toHaveLength(1);
  });

  it('keep every name that somebody added and nobody took out, once', () => {
    fc.assert(
      fc.property(names, names, names, (base, theirs, mine) => {
        const { value, conflicts } = merge({ base, theirs, mine });
        if (conflicts.length > 0) return;
        const all = new Set<string>([...base, ...theirs, ...mine]);
        const isOut = (name: string) => base.includes(name) && !(theirs.includes(name) && mine.includes(name));
        expect([...(value as string[])].toSorted()).toEqual([...all].filter((name) => !isOut(name)).toSorted());
      }),
    );
  });
});

describe('the fields of a definition', () => {
  let document: { components: { schemas: { [name: string]: Schema } } };
  beforeAll(async () => {
    document = (await openApiDocument()) as unknown as typeof document;
  });
  const schemaAt = (...path: string[]): Schema => {
    let schema = resolved({ $ref: '#/components/schemas/Definition' }, document);
    for (const name of path)
      schema = resolved((name === '*' ? schema.items : schema.properties?.[name]) ?? {}, document);
    return schema;
  };

  it.each([
    ['description', 'text'],
    ['ttl_s', 'number'],
    ['scope', 'choice'],
    ['live', 'choice'],
    ['origin', 'object'],
    ['origin.conditional', 'boolean'],
    ['origin.headers', 'record'],
    ['origin.partial', 'set'],
    ['origin.expect', 'list'],
    ['origin.expect.*.is', 'union'],
    ['groups', 'list'],
    ['guard', 'object'],
    ['csv', 'object'],
    ['tables.*.columns', 'list'],
    ['tables.*.columns.*', 'union'],
    ['parameters', 'json'],
  ])('follow from its schema in the served document: %s is a %s', (path, kind) => {
    expect(kindOf(schemaAt(...path.split('.')), document)).toBe(kind);
  });

  it('are JSON only where the schema takes any value', () => {
    const asJson: string[] = [];
    const walk = (schema: Schema, path: string, depth: number): void => {
      const kind = kindOf(schema, document);
      if (kind === 'json') asJson.push(path);
      if (depth > 6) return;
      for (const [name, member] of Object.entries(schema.properties ?? {}))
        walk(resolved(member, document), `${path}/${name}`, depth + 1);
      if (schema.items !== undefined && kind === 'list') walk(resolved(schema.items, document), `${path}/*`, depth + 1);
    };
    walk(schemaAt(), '', 0);
    expect(asJson).toEqual(['/parameters']);
  });

  it('take a column as its name, or as an object with the name and more', () => {
    const column = schemaAt('tables', '*', 'columns', '*');
    expect(mainMember(alternativesOf(column), document)).toMatchObject({ name: 'name' });
    expect(initialOf(column, document)).toBe('');
  });

  it('begin a table with what it must have', () => {
    expect(initialOf(schemaAt('tables', '*'), document)).toEqual({ name: '', columns: [''] });
    expect(initialOf(schemaAt('origin', 'expect', '*'), document)).toEqual({ at: '', is: '' });
  });

  it('know where the empty text says something', () => {
    expect(mayBeEmpty(schemaAt('tables', '*', 'rows'))).toBe(true);
    expect(mayBeEmpty(schemaAt('csv', 'quote'))).toBe(true);
    expect(mayBeEmpty(schemaAt('csv', 'delimiter'))).toBe(false);
    expect(mayBeEmpty(schemaAt('description'))).toBe(false);
  });

  it('find the alternative that a value is of, also by what is fixed in it', () => {
    const kinds = ['a', 'b'].map((kind): Schema => ({ type: 'object', properties: { kind: { const: kind } } }));
    expect(kinds.map((one) => fits(one, { kind: 'b', more: 1 }, {}))).toEqual([false, true]);
    const is = alternativesOf(schemaAt('origin', 'expect', '*', 'is'));
    for (const value of ['ok', 1, true, null] as const) {
      expect(is.filter((one) => fits(one, value, document))).toHaveLength(1);
    }
  });

  it('end where a schema leads to itself', () => {
    const root = { a: { $ref: '#/b' }, b: { $ref: '#/a' } };
    expect(kindOf(resolved({ $ref: '#/a' }, root), root)).toBe('json');
    expect(initialOf({ $ref: 'https://elsewhere.example.com/' }, root)).toBe('');
  });
});

describe('a warning of a probe', () => {
  const definition: JsonObject = {
    origin: { url: 'https://erp.example.com' },
    tables: [
      { name: 'rows', columns: ['id'] },
      { name: 'cars, "used"', columns: ['id', { name: 'year' }] },
    ],
  };

  it.each([
    ["The definition's /origin/url has a part without a name.", '/origin/url'],
    ['Table "rows": there is no array at "/x" in the origin\'s answer; there are data at its root.', '/tables/0/rows'],
    ['Table "rows": there is nothing at "/l/r" in the origin\'s answer; there are x at "/l".', '/tables/0/rows'],
    ['Table "cars, "used"", column "year": no row has the member year.', '/tables/1/columns/1'],
    ['Table "rows", column "gone": no row has it.', '/tables/0/columns'],
    ['Table "others", row 7: it has too few cells.', null],
    ['A link leads to a next page.', null],
  ])('leads to the member that it is about: %s', (text, place) => {
    expect(placeOfWarning(text, definition)).toBe(place);
  });
});

describe('a JSON object', () => {
  it('keeps the place of a member that is changed, and knows members that are called like those of all objects', () => {
    expect(JSON.stringify(withMember({ a: 1, b: 2 }, 'a', 3))).toBe('{"a":3,"b":2}');
    expect(JSON.stringify(withMember({ a: 1 }, '__proto__', 3))).toBe('{"a":1,"__proto__":3}');
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
    expect(memberOf({}, 'constructor')).toBeUndefined();
  });

  it('is told apart from what is none by the words of the platform', () => {
    expect(jsonFault('{"a":')).toMatch(/JSON/);
    expect(jsonFault('{"a":1}')).toBeNull();
    expect(jsonFault('  ')).toBeNull();
  });
});
