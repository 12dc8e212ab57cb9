import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { BodyTemplate } from '../../../../src/origin/body/body-template.ts';
import { buildBody } from '../../../../src/origin/body/build-body.ts';
import type { Parameters } from '../../../../src/ports/entry.ts';
import { thrownBy } from '../../../support/thrown.ts';

const SECRETS: Record<string, string> = { ORIGIN_KEY: 'a"<&>\\', ORIGIN_PEM: '-----\nä\n-----', ORIGIN_BELL: '\u0007' };
const XML = 'text/xml; charset=utf-8';
const FORM = 'application/x-www-form-urlencoded';

function build(template: BodyTemplate, values: Parameters, contentType: string | null = null): string {
  return buildBody(template, { values, contentType, secret: (name) => SECRETS[name] ?? '' });
}

describe('a body of JSON', () => {
  it('has a value in the place of its name alone, of whatever kind, at any depth', () => {
    const template = { filter: { plant: '{plant}', ids: ['{id}', '{ids}'], none: null, on: true }, '{id}': 'id' };
    expect(build(template, { plant: 'a"b', id: 7, ids: [1, { x: 2 }] })).toBe(
      '{"filter":{"plant":"a\\"b","ids":[7,[1,{"x":2}]],"none":null,"on":true},"{id}":"id"}',
    );
  });

  it('leaves out a member without a value, and has null for an item', () => {
    expect(build({ a: '{a}', b: ['{a}', 1], c: '{b}', d: '{constructor}' }, { b: null })).toBe(
      '{"b":[null,1],"c":null}',
    );
  });

  it('has secrets within texts, and leaves other braces as they are', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    const template = { key: 'Key ${ORIGIN_KEY}', pem: '${ORIGIN_PEM}', query: 'query { items{id,name} {x} }' };
    expect(JSON.parse(build(template, {}))).toEqual({
      key: 'Key a"<&>\\',
      pem: '-----\nä\n-----',
      query: 'query { items{id,name} {x} }',
    });
  });

  it('takes what a value holds for data', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what an attacker would send
    expect(build({ a: '{a}', b: '{b}' }, { a: '${ORIGIN_KEY}', b: '{a}' })).toBe('{"a":"${ORIGIN_KEY}","b":"{a}"}');
  });
});

describe('a body of XML', () => {
  it('has values escaped in texts and attributes', () => {
    const template = '<a b="{x}" c=\'{x}\'>{x}|{n}|{list}|{no}|{null}</a>';
    const values = { x: `<&>"'\t\r\n😀`, n: 1.5, list: ['a', 1], null: null };
    const text = '&#60;&#38;&#62;&#34;&#39;&#9;&#13;&#10;😀';
    expect(build(template, values, XML)).toBe(`<a b="${text}" c='${text}'>${text}|1.5|[&#34;a&#34;,1]||</a>`);
  });

  it('is read as it was meant, whatever values hold', () => {
    const value = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(value, value, (one, other) => {
        const made = thrownBy(() => build('<a b="{one}">{other}</a>', { one, other }, XML));
        if (made !== undefined) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot hold
          expect(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(one + other)).toBe(true);
          return;
        }
        const seen: string[] = [];
        const parser = new SaxesParser();
        parser.on('opentag', ({ name, attributes }) => seen.push(name, attributes.b ?? ''));
        parser.on('text', (text) => seen.push(text));
        parser.write(build('<a b="{one}">{other}</a>', { one, other }, XML)).close();
        expect(seen).toEqual(['a', one, ...(other === '' ? [] : [other])]);
      }),
    );
  });

  it('takes what a value holds for data', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what an attacker would send
    expect(build('<a>{a}{b}</a>', { a: '${ORIGIN_KEY}', b: '{a}' }, XML)).toBe('<a>${ORIGIN_KEY}{a}</a>');
  });

  it.each(['\u0000', '\u001B', '\uFFFF', '\uD83D'])('refuses a value with %j', (character) => {
    expect(thrownBy(() => build('<a>{a}</a>', { a: `x${character}` }, XML))).toMatchObject({
      code: 'invalid-parameters',
      message: 'The parameters hold control characters or half a character, which the body of the request cannot have.',
    });
  });

  it('has secrets, of any characters that it can hold', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    expect(build('<a>${ORIGIN_KEY}${ORIGIN_PEM}</a>', {}, XML)).toBe(
      '<a>a&#34;&#60;&#38;&#62;\\-----&#10;ä&#10;-----</a>',
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a definition writes it
    expect(thrownBy(() => build('<a>${ORIGIN_BELL}</a>', {}, XML))).toMatchObject({
      code: 'misconfigured',
      message: 'A secret of the origin does not fit into the request.',
      adminDetail: 'The secret ORIGIN_BELL holds control characters, which the body of the request cannot have.',
    });
  });
});

describe('a body of a form', () => {
  it('has values percent-encoded', () => {
    const values = { a: 'x&y=z +%\u00e9', b: [1], 'c.d': true };
    expect(build('a={a}&b={b}&c={c.d}&d={none}', values, FORM)).toBe('a=x%26y%3Dz%20%2B%25%C3%A9&b=%5B1%5D&c=true&d=');
  });

  it('refuses control characters', () => {
    expect(thrownBy(() => build('a={a}', { a: '\u0000' }, FORM))).toMatchObject({ code: 'invalid-parameters' });
  });
});

describe('a body that values make too long', () => {
  const a = 'x'.repeat(60_000);
  it.each<[type: string, template: BodyTemplate]>([
    [XML, `<a>${'{a}'.repeat(20)}</a>`],
    [FORM, `a=${'{a}'.repeat(20)}`],
    ['application/json', { a: Array.from({ length: 20 }, () => '{a}') }],
  ])('is not built: %s', (type, template) => {
    expect(thrownBy(() => build(template, { a }, type))).toMatchObject({
      code: 'invalid-parameters',
      message: 'The parameters make the body of the request longer than 1048576 characters.',
    });
  });
});
