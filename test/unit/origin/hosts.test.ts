import { describe, expect, it } from 'vitest';
import { hostRefusal, isTrusted } from '../../../src/origin/hosts.ts';

const allowed = (url: string, ...hosts: string[]) => hostRefusal(new URL(url), hosts) === null;

describe('hosts of origins', () => {
  it.each([
    ['https://erp.example.com/x', []],
    ['https://erp.example.com:8443/x', []],
    ['https://erp.example.com/x', ['*']],
    ['https://erp.example.com/x', ['other.net', '*.example.com']],
    ['https://a.b.example.com/x', ['*.example.com']],
    ['https://erp.example.com./x', ['erp.example.com']],
    ['https://erp.example.com:8443/x', ['erp.example.com:8443']],
    ['https://erp.example.com/x', ['erp.example.com:443']],
    ['https://erp.example.com:8443/x', ['*.example.com:8443']],
    ['http://erp.example.com/x', ['erp.example.com']],
    ['http://127.0.0.1:8788/x', ['127.0.0.1']],
    ['http://[::1]:8788/x', ['[::1]']],
    ['http://[0:0:0:0:0:0:0:1]:8788/x', ['[::1]:8788']],
    ['https://[::1]/x', ['[0:0::1]']],
    ['http://0x7f.1/x', ['127.0.0.1']],
    ['https://bücher.example/x', ['bücher.example']],
    ['http://localhost:8788/x', ['localhost']],
  ])('lets %s be with %j', (url, hosts) => {
    expect(allowed(url, ...hosts)).toBe(true);
  });

  it.each([
    ['https://erp.example.com/x', ['other.net']],
    ['https://example.com/x', ['*.example.com']],
    ['https://evilexample.com/x', ['*.example.com', 'example.com']],
    ['https://example.com.evil.net/x', ['example.com', '*.example.com']],
    ['https://erp.example.com:8443/x', ['erp.example.com:443']],
    ['http://erp.example.com/x', []],
    ['http://erp.example.com/x', ['*']],
    ['http://erp.example.com/x', ['*.example.com']],
    ['http://erp.example.com/x', ['erp.example.com:443']],
    ['https://10.0.0.1/x', []],
    ['https://10.0.0.1/x', ['*']],
    ['https://10.0.0.1/x', ['*.0.0.1']],
    ['https://0xa000001/x', ['*']],
    ['https://167772161/x', []],
    ['https://[fd00::1]/x', ['*']],
    ['https://localhost/x', []],
    ['https://db.localhost/x', ['*']],
    ['ftp://erp.example.com/x', ['erp.example.com']],
  ])('refuses %s with %j', (url, hosts) => {
    expect(allowed(url, ...hosts)).toBe(false);
  });

  it('trusts with secrets only hosts that an entry names, itself or by domain', () => {
    const url = new URL('https://erp.example.com/x');
    expect(isTrusted(url, ['erp.example.com'])).toBe(true);
    expect(isTrusted(url, ['*.example.com'])).toBe(true);
    expect(isTrusted(url, ['*'])).toBe(false);
    expect(isTrusted(url, [])).toBe(false);
  });
});
