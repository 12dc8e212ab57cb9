import { describe, expect, it } from 'vitest';
import { hasNextLink, isNextPage } from '../../../src/origin/next-links.ts';

const url = new URL('https://erp.example.com/api/items?page=1');

describe('a Link header', () => {
  it.each([
    '<https://x/?page=2>; rel=next',
    '<https://x/?page=2>; rel="next"',
    '</a,b>; rel="prev", <?page=2>;rel=next',
    '<?page=2>; title="a, \\"b\\""; Rel="last NEXT"',
    '<a> ; rel = "next"',
    "<a>; rel='next'",
  ])('names a next page: %s', (header) => {
    expect(hasNextLink(header)).toBe(true);
  });

  it.each([
    null,
    '',
    '<a>; rel=prev',
    '<a>; rel="next-archive"',
    '<a>; title="rel=next"',
    '<a>; title="; rel=next"; rel=prev',
    '<a>; rel=prev; rel=next',
    '<a;rel=next>',
    'rel=next',
  ])('names none: %s', (header) => {
    expect(hasNextLink(header)).toBe(false);
  });

  it('is read in one pass, however long it is', () => {
    expect(hasNextLink(`<a>${';'.repeat(100_000)}`)).toBe(false);
    expect(hasNextLink(`${'<a>; x="'.repeat(20_000)}`)).toBe(false);
    expect(hasNextLink('<'.repeat(100_000))).toBe(false);
  });
});

describe('a member', () => {
  it.each(['@odata.nextLink', 'odata.nextLink', '__next', 'nextLink', 'nextRecordsUrl'])(
    '%s names a next page',
    (name) => {
      expect(isNextPage(name, 'x', url)).toBe(true);
      expect(isNextPage(name, ' ', url)).toBe(false);
    },
  );

  it.each(['?page=2', 'items?page=2', '/api/items?page=2', 'http://10.0.0.7:8000/api/items?page=2'])(
    'next leads to the same path with another query: %s',
    (text) => {
      expect(isNextPage('next', text, url)).toBe(true);
    },
  );

  it.each(['', 'tuesday', 'abc123', '/api/items?page=1', '/api/items', '/api/others?page=2', 'https://'])(
    'next is something else: %s',
    (text) => {
      expect(isNextPage('next', text, url)).toBe(false);
    },
  );

  it.each(['Next', 'next_page', 'odata.nextlink'])('%s is no sign', (name) => {
    expect(isNextPage(name, '?page=2', url)).toBe(false);
  });
});
