/** The pages for people (CONTRACT 5): complete, and without anything from elsewhere. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLoadFailureCode, PROBLEMS, type ProblemCode } from '../../src/contract/problem.ts';
import { Service } from './support/service.ts';

let service: Service;

beforeAll(async () => {
  service = await Service.start({ env: { DEMO: '0' } });
});
afterAll(() => service?.stop());

async function page(path: string): Promise<{ headers: Headers; text: string; links: URL[] }> {
  const response = await fetch(service.url + path);
  expect(response.status).toBe(200);
  const text = await response.text();
  const links = Array.from(
    text.matchAll(/\b(?:src|href|data-openapi)="(?!data:|#)([^"]+)"/g),
    ([, link]) => new URL(link ?? '', response.url),
  );
  return { headers: response.headers, text, links };
}

describe.each(['/docs', '/docs/', '/docs/problems', '/docs/failing'])('%s', (path) => {
  it('names only what the service itself serves', async () => {
    const { links } = await page(path);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      expect(link.origin).toBe(service.url);
      const response = await fetch(link);
      expect({ link: link.pathname, status: response.status }).toEqual({ link: link.pathname, status: 200 });
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    }
  });

  it('forbids the browser everything else', async () => {
    const { headers } = await page(path);
    expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none';/);
    expect(headers.get('Content-Security-Policy')).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  });
});

describe('the reader', () => {
  it('leads to the OpenAPI text without JavaScript too', async () => {
    expect((await page('/docs')).text).toMatch(/<noscript>.*href="\/api\/v1\/openapi\.json"/s);
  });
});

describe('the problems', () => {
  it('are explained under the fragment that their type names', async () => {
    const { text } = await page('/docs/problems');
    for (const code of Object.keys(PROBLEMS)) expect(text).toContain(`id="${code}"`);
  });
});

describe('what to do when a cache fails', () => {
  it('is told for each code that a load can fail with, there and among the problems', async () => {
    const codes = (Object.keys(PROBLEMS) as ProblemCode[]).filter(isLoadFailureCode);
    expect(codes).toEqual(expect.arrayContaining(['origin-status', 'misconfigured', 'internal']));
    const failing = (await page('/docs/failing')).text;
    const problems = (await page('/docs/problems')).text;
    for (const code of codes) {
      expect(failing).toMatch(new RegExp(`id="${code}".*?<b>Look:</b> .+? <b>Do:</b> .+?</dd>`, 's'));
      expect(problems).toMatch(new RegExp(`id="${code}".*?Operator, if a load fails with this problem: .+?</dd>`, 's'));
    }
  });

  it('is one step from the API and from the problems', async () => {
    for (const path of ['/docs', '/docs/problems']) {
      expect((await page(path)).links.map(({ pathname }) => pathname)).toContain('/docs/failing');
    }
  });
});
