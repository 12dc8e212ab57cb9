/** Parameters and user names that would lead a load elsewhere (CONTRACT 4): whatever they hold, they stay in their place. */
import { expect, it } from 'vitest';
import { LoadFailure } from '../../../src/contract/problem.ts';
import { cacheIdentity } from '../../../src/core/cache-key.ts';
import { buildRequest } from '../../../src/origin/build-request.ts';
import type { Parameters } from '../../../src/ports/entry.ts';
import { sampleResource } from '../../support/resources.ts';

const TEMPLATES = [
  ...['/own/{a}', '/own/{a}/end', '/own/{+a}', '/own/{+a}/end', '/own{/a}', '/own{/a*}', '/own{?a}', '/own{?a*}'],
  ...[
    '/own/x{.a}',
    '/own/x{;a}',
    '/own/x{;a*}',
    '/own/x?y=1{&a}',
    '/own/x{#a}',
    '/own/{a:3}',
    '/own/{_user}/{a}',
    '/own/{+_user}',
  ],
];
const TEXTS = [
  ...[
    '//evil.net/',
    '@evil.net/',
    '\\\\evil.net\\',
    '.evil.net/',
    ':80@evil.net',
    'https://evil.net/',
    '#@evil.net',
    '?x=1#',
  ],
  ...[
    '%0d%0aHost:evil.net',
    '\r\nHost: evil.net',
    ' HTTP/1.1\r\nX-Injected: 1\r\n\r\nGET /',
    '\u010d\u010aX: 1',
    '\0',
    '\t',
  ],
  ...[
    '.',
    '..',
    '../',
    '../x',
    './../x',
    'x/../../x',
    '..;/',
    '..;/..;/',
    '%2e%2e',
    '%2e%2e/',
    '.%2E/',
    '%252e%252e/',
    '.\t./x',
  ],
  ...[
    '..%00/',
    '\u2025/x',
    '\uff0e\uff0e/x',
    '%2F..%2F',
    '..\\x',
    '..%5cx',
    '/..',
    '/../',
    '\n..\n',
    '.\r./',
    '..#',
    '..?',
    '🚜',
  ],
];

function pathOf(template: string, parameters: Parameters, user: string): string | null {
  const resource = sampleResource({ scope: 'user', origin: { url: `https://erp.example.com${template}` } });
  const access = { hosts: [], secret: () => undefined };
  try {
    const { url, headers } = buildRequest(resource, cacheIdentity('r', parameters, user), access);
    expect(url.origin).toBe('https://erp.example.com');
    expect([url.username, url.password, url.hash]).toEqual(['', '', '']);
    expect([...headers.keys()].toSorted()).toEqual(['accept', 'accept-encoding', 'user-agent']);
    return url.pathname;
  } catch (error) {
    // Refused before anything is sent.
    if (error instanceof LoadFailure && error.code === 'invalid-parameters') return null;
    throw error;
  }
}

it.each(TEMPLATES)('of %s stay below its path on its host', (template) => {
  let sent = 0;
  for (const text of TEXTS) {
    for (const a of [text, [text], ['x', text], [text, text], { k: text }, { [text]: 'x' }]) {
      for (const user of ['ann', text]) {
        const path = pathOf(template, { a }, user);
        if (path === null) continue;
        sent += 1;
        expect(path, JSON.stringify([a, user])).toMatch(/^\/own/);
        // Nor upwards for an origin that decodes first, takes backslashes for slashes or cuts off path parameters.
        const segments = decodeURIComponent(path)
          .split(/[/\\]/)
          .map((segment) => segment.replace(/;.*/s, ''));
        expect(segments, path).not.toContain('..');
      }
    }
  }
  expect(sent).toBeGreaterThan(100);
});
