import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../src/flows/admin/manage-resources.ts';
import type { Json } from '../../../src/ports/entry.ts';

type Members = { [name: string]: Json };
const URL_OF = "https://erp.example.com/items?$filter=P%20eq%20'{plant}'%20and%20At%20ge%20{_since}";
const TABLE = { name: 't', rows: '/value', columns: ['id', 'a'], key: ['id'] };
const since = { url: URL_OF, cursor: '/At' };

const POST = { origin: { method: 'POST' } };
const SOAP = { origin: { method: 'POST', body: '<q/>', headers: { 'Content-Type': 'text/xml' } } };

/** Null leaves a member out. */
function withoutNulls(definition: Json): Json {
  return JSON.parse(JSON.stringify(definition, (_name, value) => (value === null ? undefined : value)));
}

/** The faults that PUT names, as `pointer detail`. */
function faults(changes: Json, { origin = {}, ...more }: { origin?: Members } & Members = {}): string[] {
  const definition = {
    origin: { url: 'https://erp.example.com/items', quote: 'odata', changes, ...origin },
    parameters: { type: 'object', properties: { plant: { type: 'string' } } },
    tables: [TABLE],
    ...more,
  };
  try {
    parseDefinition('changing', withoutNulls(definition as Json), []);
    return [];
  } catch (error) {
    return (error as { errors: { pointer: string; detail: string }[] }).errors.map(
      ({ pointer, detail }) => `${pointer} ${detail}`,
    );
  }
}

describe('origin.changes', () => {
  it.each<[Json, Members?]>([
    [since],
    [{ ...since, as: 'time', write: 'odata2', lag_s: 0, removed: { at: '/Deleted', is: true }, full_s: 300 }],
    [{ ...since, as: 'number', lag: 5 }],
    [{ link: '/@odata.deltaLink', removed: { at: '/@removed', key: ['/id'] } }],
    [{ body: { since: '{_since}' }, cursor: '/At' }, POST],
    [{ url: 'https://erp.example.com/changes', body: { since: '{_since}' }, cursor: '/At' }, POST],
    [{ ...since, body: { plant: '{plant}' } }, POST],
    [{ body: '<q><s>{_since}</s></q>', cursor: '/At' }, SOAP],
    [{ link: 'X-Delta-Link' }, { format: 'csv', tables: [{ name: 't', columns: ['id'], key: ['id'] }] }],
  ])('takes %j', (changes, more) => {
    expect(faults(changes, more)).toEqual([]);
  });

  it.each<[Json, string, Members?]>([
    [{}, '/origin/changes must have either link, or {_since} in url or body'],
    [{ ...since, link: '/l' }, '/origin/changes must have either link, or {_since} in url or body'],
    [{ url: URL_OF }, '/origin/changes/cursor is required with {_since}'],
    [{ link: '/l', cursor: '/At' }, '/origin/changes/cursor goes with {_since} only'],
    [{ link: '/l', lag_s: 5 }, '/origin/changes/lag_s goes with {_since} only'],
    [{ ...since, as: 'number', write: 'iso' }, '/origin/changes/write goes with a time only'],
    [{ ...since, as: 'number', lag_s: 1 }, '/origin/changes/lag_s goes with a time only: write lag'],
    [{ ...since, lag: 1 }, '/origin/changes/lag goes with a number only: write lag_s'],
    [{ ...since, full_s: 299 }, '/origin/changes/full_s must be at least 300'],
    [{ ...since, cursor: 'At' }, '/origin/changes/cursor must be a JSON pointer (RFC 6901) within the row'],
    [
      { ...since, cursor: '/@a/b' },
      '/origin/changes/cursor must be a path of local names within the row',
      { format: 'xml', tables: [{ ...TABLE, rows: '/r/i' }] },
    ],
    [{ link: '/value/0' }, '/origin/changes/link must not lie at or within the rows of table "t"'],
    [
      { ...since, removed: { at: '/x', key: ['/a', '/b'] } },
      '/origin/changes/removed/key must have as many places as tables[].key',
    ],
    [since, '/origin/changes needs tables[].key, by which rows are replaced', { tables: [{ ...TABLE, key: null }] }],
    [since, '/origin/changes needs exactly one table', { tables: [TABLE, { ...TABLE, name: 'u', rows: '/other' }] }],
    [{ ...since, url: 'https://erp.example.com/items' }, '/origin/changes/url must have {_since}'],
    [{ body: { since: '{_since}' }, cursor: '/At' }, '/origin/changes/body needs "method": "POST"'],
    [{ body: { since: 'x' }, cursor: '/At' }, '/origin/changes/body must have {_since}', POST],
    [
      { url: 'https://erp.example.com/changes', body: {}, cursor: '/At' },
      '/origin/changes/body must have {_since}',
      POST,
    ],
    [
      { body: { since: '{_since}', region: '{region}' }, cursor: '/At' },
      '/origin/changes/body uses "region", which is not a parameter',
      POST,
    ],
    [
      { body: '<q><!-- {_since} --></q>', cursor: '/At' },
      '/origin/changes/body must not have a placeholder within a comment, where values cannot be escaped',
      SOAP,
    ],
    [
      { body: '<q>{_since}</q>', cursor: '/At' },
      '/origin/changes/body must be an object: origin.pages sets a member of it',
      { origin: { ...SOAP.origin, body: null, pages: { page: '/p' } } },
    ],
    [{ sql: 'select {_since}', cursor: '/At' }, '/origin/changes/sql needs a source that is a database'],
    [
      { ...since, url: 'https://other.example.com/{_since}' },
      '/origin/changes/url must have the scheme, host and port of origin.url',
    ],
    [
      { ...since, url: 'https://erp.example.com/{_since}/{region}' },
      '/origin/changes/url uses "region", which is not a parameter',
    ],
    [
      { ...since, url: 'https://erp.example.com/{_since}{' },
      '/origin/changes/url must be a URL template (RFC 6570): a brace belongs to no expression',
    ],
    [
      { ...since, url: 'https://erp.example.com/?=x&a={_since}' },
      expect.stringMatching(/^\/origin\/changes\/url has a part without a name/) as never,
    ],
    [
      since,
      expect.stringMatching(/^\/origin\/quote is required, since \{plant\}/) as never,
      { origin: { quote: null } },
    ],
    [
      { ...since, url: 'https://erp.example.com/?$filter=At%20ge%20{_since}%20and%20P%20eq%20{plant}' },
      expect.stringMatching(/^\/origin\/changes\/url must not have the text \{plant\} outside of quotes/) as never,
    ],
  ])('refuses %j: %s', (changes, fault, more) => {
    expect(faults(changes, more)).toEqual([fault]);
  });

  it('leaves {_since} to itself: origin.url has none', () => {
    expect(faults(since, { origin: { url: 'https://erp.example.com/{_since}' } })).toContain(
      '/origin/url uses "_since", which is not a parameter',
    );
  });
});
