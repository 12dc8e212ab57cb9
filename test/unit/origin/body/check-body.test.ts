import { describe, expect, it } from 'vitest';
import { bodyFaults } from '../../../../src/origin/body/check-body.ts';

interface Given {
  type?: string | null;
  method?: 'GET' | 'POST';
  isTrusted?: boolean;
  scope?: 'shared' | 'user';
  names?: string[] | null;
}

/** What is wrong with the body. */
function faultsOf(body: string | Record<string, unknown>, given: Given = {}): string[] {
  const { type = null, method = 'POST', isTrusted = true, scope = 'shared', names = ['id', 'plant'] } = given;
  const headers: Record<string, string> = type === null ? {} : { 'content-TYPE': type };
  const faults = bodyFaults({ method, headers, body }, { scope, isTrusted, parameterNames: names });
  expect(faults.every(({ pointer }) => pointer === '/origin/body')).toBe(true);
  return faults.map(({ detail }) => detail);
}

/** As definitions write it. */
const ofSecret = (name: string) => ['$', '{', name, '}'].join('');
const xml = (body: string, given: Given = {}) => faultsOf(body, { type: 'text/xml', ...given });
const within = (place: string) => [`must not have a placeholder within ${place}, where values cannot be escaped`];

describe('a body', () => {
  it('needs POST', () => {
    expect(faultsOf({}, { method: 'GET' })).toEqual(['needs "method": "POST"']);
  });

  it.each([null, 'text/plain', 'application/json', 'multipart/form-data', 'text/xmlx'])(
    'that is a text needs a type by which values are escaped: not %s',
    (type) => {
      expect(faultsOf('x', { type })).toEqual([
        expect.stringMatching(/^is a text, so the header Content-Type must say/),
      ]);
    },
  );

  it.each(['text/xml', 'application/xml; charset="UTF-8"', 'application/soap+xml; action="urn:x"'])(
    'may be XML: %s',
    (type) => {
      expect(xml('<a b="{id}">{plant}</a>', { type })).toEqual([]);
    },
  );

  it('may be a form', () => {
    expect(faultsOf('id={id}&x={"', { type: 'application/x-www-form-urlencoded' })).toEqual([]);
  });

  it('is sent in UTF-8', () => {
    expect(xml('<a/>', { type: 'text/xml; charset=windows-1251' })).toEqual([
      'is sent in UTF-8, so the header Content-Type must have no other charset',
    ]);
    expect(xml('<?xml version="1.0" encoding="windows-1251"?><a/>')).toEqual([
      'is sent in UTF-8, so it must not declare another encoding',
    ]);
    expect(xml('<?xml version="1.0" encoding="utf-8"?><a/>')).toEqual([]);
  });

  it('that is an object is JSON', () => {
    expect(faultsOf({ a: 1 }, { type: 'application/vnd.api+json' })).toEqual([]);
    expect(faultsOf({ a: 1 }, { type: 'text/xml' })).toEqual([
      'is JSON, so the header Content-Type must be left out or a type of JSON',
    ]);
  });
});

describe('a placeholder', () => {
  it('is that of a parameter', () => {
    expect(xml('<a>{id}{no}</a>')).toEqual(['uses "no", which is not a parameter']);
    expect(faultsOf({ a: [{ b: '{no}' }] })).toEqual(['uses "no", which is not a parameter']);
    expect(xml('<a>{no}</a>', { names: null })).toEqual([]);
  });

  it('is not what other braces hold', () => {
    expect(xml('<a>{ id } {} {"id":1} {a,b}</a>')).toEqual([]);
    expect(faultsOf({ query: 'query { items{name} { id } }' })).toEqual([]);
  });

  it('stands alone in a text of JSON', () => {
    expect(faultsOf({ query: '{ items(id: {id}) }' })).toEqual([
      'must have {id} alone in a text, as "{id}": it becomes the value',
    ]);
  });

  it('is the user name with scope "user" only', () => {
    for (const body of ['<a>{_user}</a>', { a: '{_user}' }]) {
      const type = typeof body === 'string' ? 'text/xml' : null;
      expect(faultsOf(body, { type })).toEqual(['may use {_user} with scope "user" only']);
      expect(faultsOf(body, { type, scope: 'user' })).toEqual([]);
    }
  });

  it.each(['{id}', ofSecret('ORIGIN_KEY')])(
    '%s stands in no CDATA, comment, instruction, document type or name of XML',
    (written) => {
      expect(xml(`<a><![CDATA[${written}]]></a>`)).toEqual(within('CDATA'));
      expect(xml(`<a><!-- ${written} --></a>`)).toEqual(within('a comment'));
      expect(xml(`<a><?x ${written}?></a>`)).toEqual(within('an instruction'));
      expect(xml(`<!DOCTYPE a [<!ENTITY b "${written}">]><a/>`)).toContain('must have no document type');
      const malformed = [
        expect.stringMatching(/^must be well-formed XML, with placeholders in texts and attributes alone: 1:\d+: /),
      ];
      for (const body of [
        `<${written}/>`,
        `<a ${written}="x"/>`,
        `<a b=${written}/>`,
        `<a>&${written};</a>`,
        `${written}<a/>`,
        `<a/>${written}`,
      ]) {
        expect(xml(body)).toEqual(malformed);
      }
    },
  );

  it('stands in XML that is well-formed', () => {
    expect(xml('<a>{id}</b>')).toEqual([expect.stringMatching(/^must be well-formed XML/)]);
    expect(xml('<s:a/>')).toEqual([expect.stringMatching(/unbound namespace prefix/)]);
  });
});

describe('a secret in a body', () => {
  const bodies = (name: string) => [{ a: `Key ${ofSecret(name)}` }, `<a>${ofSecret(name)}</a>`];

  it('goes to a host alone that ORIGIN_HOSTS names', () => {
    for (const body of bodies('ORIGIN_KEY')) {
      const type = typeof body === 'string' ? 'text/xml' : null;
      expect(faultsOf(body, { type })).toEqual([]);
      expect(faultsOf(body, { type, isTrusted: false })).toEqual([
        'uses a secret, so ORIGIN_HOSTS must name the host of the URL',
      ]);
    }
  });

  it.each(['JWT_SECRET', 'ORIGIN_HOSTS', ''])('is one of origins: not %s', (name) => {
    for (const body of bodies(name)) {
      expect(faultsOf(body, { type: typeof body === 'string' ? 'text/xml' : null })).toEqual([
        'may name only secrets that begin with ORIGIN_, and not ORIGIN_HOSTS or ORIGIN_PORT',
      ]);
    }
  });
});
