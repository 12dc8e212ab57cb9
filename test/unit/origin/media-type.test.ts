import { describe, expect, it } from 'vitest';
import { acceptedTypes, checkContentType, isJsonType } from '../../../src/origin/media-type.ts';
import { sampleResource } from '../../support/resources.ts';

type Members = Parameters<typeof sampleResource>[0];

const tables = [{ name: 't', rows: '/items', columns: ['a'] }];

describe('the content type of an answer', () => {
  it('is passed on as it is', () => {
    expect(checkContentType(sampleResource(), 'Text/HTML; Charset=latin1')).toBe('Text/HTML; Charset=latin1');
    expect(checkContentType(sampleResource(), null)).toBe('application/octet-stream');
  });

  it.each<[Members, string]>([
    [{ content_type: 'text/csv' }, 'TEXT/csv;header=present'],
    [{ content_type: 'text/csv; header=present' }, 'text/csv'],
    [{ content_type: 'text/html' }, 'text/html; charset=latin1'],
    [{ tables }, 'application/json'],
    [{ tables }, 'application/json; charset="UTF-8"'],
    [{ tables, content_type: 'application/vnd.api+json' }, 'application/vnd.api+json'],
    [{ tables, format: 'csv' }, 'text/csv; charset=utf-8; header=present'],
    [{ tables, format: 'ndjson' }, 'application/x-ndjson'],
    [{ tables, format: 'ndjson' }, 'application/ndjson; charset=utf-8'],
    [{ tables, format: 'ndjson' }, 'application/jsonl'],
    [{ tables, format: 'csv', content_type: 'application/octet-stream' }, 'application/octet-stream'],
    [{ tables }, 'application/vnd.api+json'],
    [{ tables }, 'application/hal+json; charset=utf-8'],
    [{ tables }, 'text/json'],
    [{ tables }, 'application/x-javascript'],
    [{ tables }, 'application/json; charset=iso-8859-1'],
    [{ tables, format: 'csv' }, 'application/csv'],
    [{ tables, format: 'csv' }, 'text/x-csv'],
    [{ tables, format: 'csv' }, 'application/vnd.ms-excel'],
    [{ tables, format: 'csv' }, 'text/plain; charset=us-ascii'],
    [{ tables, format: 'csv' }, 'application/octet-stream'],
    [{ tables, format: 'ndjson' }, 'application/json'],
    [{ tables, format: 'ndjson' }, 'application/jsonlines'],
    [{ tables, format: 'ndjson' }, 'text/plain'],
    [{ tables, content_type: '*/*' }, 'text/html'],
    [{ content_type: '*/*' }, 'x'],
  ])('of %j may be %s', (more, contentType) => {
    expect(checkContentType(sampleResource(more), contentType)).toBe(contentType);
  });

  it.each<[Members, string | null]>([
    [{ content_type: 'text/csv' }, 'text/plain'],
    [{ content_type: 'text/csv' }, null],
    [{ tables }, null],
    [{ tables }, 'text/html'],
    [{ tables }, 'text/plain'],
    [{ tables }, 'application/json+xml'],
    [{ tables }, '+json'],
    [{ tables, content_type: 'text/json' }, 'application/json'],
    [{ tables, format: 'csv' }, 'text/html'],
    [{ tables, format: 'ndjson' }, 'text/html'],
    [{ tables, format: 'csv' }, 'application/json'],
    [{ tables, format: 'ndjson' }, 'application/octet-stream'],
    [{}, `text/${'x'.repeat(300)}`],
  ])('of %j may not be %s', (more, contentType) => {
    expect(() => checkContentType(sampleResource(more), contentType)).toThrow(
      expect.objectContaining({ code: 'origin-malformed', retryable: false }),
    );
  });
});

it.each<[Members, string]>([
  [{}, '*/*'],
  [{ content_type: '*/*' }, '*/*'],
  [{ content_type: 'text/xml' }, 'text/xml, */*;q=0.1'],
  [{ tables }, 'application/json, */*;q=0.1'],
  [{ tables, content_type: '*/*' }, 'application/json, */*;q=0.1'],
  [{ tables, format: 'csv' }, 'text/csv, */*;q=0.1'],
  [{ tables, format: 'ndjson' }, 'application/x-ndjson, */*;q=0.1'],
])('asks for the usual type alone, then for any: %j', (more, accept) => {
  expect(acceptedTypes(sampleResource(more))).toBe(accept);
});

it('takes any type and none with */*', () => {
  expect(checkContentType(sampleResource({ tables, content_type: '*/*' }), null)).toBe('application/octet-stream');
});

it.each([
  ['application/json', true],
  ['Application/Problem+JSON; a=b', true],
  ['text/json', true],
  ['application/x-javascript', true],
  ['application/jsonlines', false],
  ['text/plain', false],
  ['', false],
])('knows whether %s is JSON', (type, isJson) => {
  expect(isJsonType(type)).toBe(isJson);
});
