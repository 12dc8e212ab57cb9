/** Where resources lie within the system of their source. */
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { addressFaults, addressWithin } from '../../src/core/source-address.ts';
import { isTemplate } from '../../src/origin/template-pieces.ts';
import { expandTemplate, literalOrigin } from '../../src/origin/url-template.ts';

const BASE = 'https://erp.example/odata/sales';

describe('a URL over a source', () => {
  it.each([
    ['', BASE],
    ['Orders', `${BASE}/Orders`],
    ['Orders({id})?$top=1', `${BASE}/Orders({id})?$top=1`],
    ['?a=1', `${BASE}?a=1`],
    ['{?a}', `${BASE}{?a}`],
    ['{/plant}/x', `${BASE}{/plant}/x`],
    ['{plant}', `${BASE}/{plant}`],
    ['/other/{x}', 'https://erp.example/other/{x}'],
  ])('"%s" is %s', (template, whole) => {
    expect([...addressFaults(template)]).toEqual([]);
    expect(addressWithin(BASE, template)).toBe(whole);
    const withSlash = /^(?:$|[?{]\??)/.test(template) && !template.startsWith('{/') && !template.startsWith('{p');
    expect(addressWithin(`${BASE}/`, template)).toBe(withSlash ? whole.replace(BASE, `${BASE}/`) : whole);
  });

  it.each([
    'https://evil.example/',
    'HTTPS:evil',
    'javascript:alert(1)',
    '//evil.example/',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    ' //evil.example',
    '../x',
    'a/../../x',
    'a/%2e%2E/x',
    'a/..;/x',
    '.',
  ])('"%s" is refused', (template) => {
    expect([...addressFaults(template)]).not.toEqual([]);
  });

  it('never leaves scheme, host and port, whatever the template and its values', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '\\',
      '@',
      ':',
      '.',
      '..',
      '?',
      '#',
      '{x}',
      '{+x}',
      '{/x}',
      '{?x}',
      '{#x}',
      'evil.example',
      ':8080',
      '%2f',
      'a',
      '。',
      'ü',
    );
    const template = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const value = fc.oneof(
      fc.string(),
      template,
      fc.constantFrom('//evil.example', '@evil.example', ':1@evil.example/'),
    );
    const base = fc.constantFrom(BASE, `${BASE}/`, 'https://erp.example', 'https://erp.example:8443/');
    fc.assert(
      fc.property(base, template, value, (address, url, x) => {
        if (!isTemplate(url) || [...addressFaults(url)].length > 0) return;
        const whole = addressWithin(address, url);
        expect(literalOrigin(whole)?.origin).toBe(new URL(address).origin);
        const asked = new URL(expandTemplate(whole, { x: x.toWellFormed() }));
        expect([asked.origin, asked.username]).toEqual([new URL(address).origin, '']);
      }),
      { seed: inject('seed'), numRuns: 3000 },
    );
  });
});
