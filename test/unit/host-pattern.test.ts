import { describe, expect, it } from 'vitest';
import { hostPatternFault, readHostPattern } from '../../src/core/host-pattern.ts';
import { readSettings } from '../../src/settings.ts';

describe('an entry of ORIGIN_HOSTS', () => {
  it.each([
    'erp.example.com',
    'erp.example.com:8443',
    '*.example.com',
    '*.example.com:8443',
    '*',
    'localhost',
    '127.0.0.1',
    '[::1]',
    '[::1]:8788',
    'bücher.example',
    'erp_test',
  ])('may be %s', (pattern) => {
    expect(hostPatternFault(pattern)).toBeNull();
  });

  it.each([
    ['https://erp.example.com', 'has a scheme'],
    ['http://10.0.0.7:8080/odata', 'has a scheme'],
    ['erp.example.com/odata', 'has a path'],
    ['erp.example.com/', 'has a path'],
    ['erp.example.com?x', 'has a path'],
    ['erp.example.com b.example.com', 'has a space'],
    ['erp .example.com', 'has a space'],
    ['user@erp.example.com', 'has a user name'],
    ['erp.example.com:', 'is not a host'],
    ['erp.example.com:99999', 'is not a host'],
    ['erp.example.com:http', 'is not a host'],
    [':8080', 'is not a host'],
    ['::1', 'is not a host'],
    ['*.', 'is not a host'],
    ['erp.*.com', 'has an asterisk'],
    ['*example.com', 'has an asterisk'],
  ])('%s is refused: it %s', (pattern, fault) => {
    expect(hostPatternFault(pattern)).toMatch(new RegExp(`^${fault}`));
  });

  it('is read as its host and port', () => {
    expect(readHostPattern('[::1]:8788')).toEqual({ host: '[::1]', port: '8788' });
    expect(readHostPattern('*.example.com')).toEqual({ host: '*.example.com', port: undefined });
  });
});

describe('the setting', () => {
  it('is a list by commas, in any letters', () => {
    const { originHosts } = readSettings({ ORIGIN_HOSTS: ' ERP.example.com:8443,\n*.example.com, ' });
    expect(originHosts).toEqual(['erp.example.com:8443', '*.example.com']);
  });

  it.each(['https://erp.example.com', 'a.example.com, erp.example.com/odata', 'a.example.com b.example.com'])(
    'is refused with an entry such as %j, which is counted and not quoted',
    (value) => {
      const fault = () => readSettings({ ORIGIN_HOSTS: value });
      expect(fault).toThrow(/The setting ORIGIN_HOSTS .*; number [12] of them has a (scheme|path|space)\.$/);
      expect(fault).not.toThrow(/a\.example\.com|odata/);
    },
  );
});
