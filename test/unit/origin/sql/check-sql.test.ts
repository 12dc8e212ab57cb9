import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Source } from '../../../../src/contract/source.ts';
import { parseDefinition } from '../../../../src/flows/admin/manage-resources.ts';
import type { Json } from '../../../../src/ports/entry.ts';

type Members = { [name: string]: Json };

const DATABASE = v.parse(Source, { database: 'SQL_ERP' });
const TABLE = { name: 'stock', sql: 'select id from stock', columns: ['id'] };
const put = (origin: Members = {}, more: Members = {}) =>
  parseDefinition('stock', { origin: { source: 'erp', ...origin }, tables: [TABLE], ...more }, [], DATABASE);

/** As `pointer detail`. */
function thrownBy(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    const { errors } = error as { errors: { pointer: string; detail: string }[] };
    return errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
}

describe('a definition whose source is a database', () => {
  it('has two minutes unless it says otherwise', () => {
    expect(put().origin.timeout_s).toBe(120);
    expect(put({ timeout_s: 30 }).origin.timeout_s).toBe(30);
  });

  const since = { sql: 'select id, changed from stock where changed >= {_since}', cursor: '/changed' };
  const keyed = { tables: [{ ...TABLE, key: ['id'] }] };

  it('may say what changed by a query of its own', () => {
    expect(put({ changes: { ...since, removed: { at: '/gone', key: ['/id'] } } }, keyed).origin.changes).toMatchObject(
      since,
    );
  });

  it.each<[changes: Members, faults: string[]]>([
    [{ cursor: '/a' }, ['/sql is required: the source is a database', '/cursor goes with {_since} only']],
    [{ ...since, url: 'x{_since}' }, ['/url must be left out: the source is a database']],
    [{ ...since, body: {} }, ['/body must be left out: the source is a database']],
    [{ ...since, link: '/l' }, ['/link must be left out: the source is a database']],
    [{ sql: since.sql }, ['/cursor is required with {_since}']],
    [{ ...since, cursor: '/a/b' }, ['/cursor must lead to a column of the query, as in /name']],
    [{ ...since, removed: { at: '/a/b' } }, ['/removed/at must lead to a column of the query, as in /name']],
    [{ ...since, sql: 'select 1' }, ['/sql must have {_since}']],
    [
      { ...since, sql: "delete from stock where a = '{_since}' or b = {region}" },
      [
        '/sql has {_since} within a literal, where it would not be a parameter',
        '/sql uses "region", which is not a parameter',
        '/sql must be a query that begins with SELECT, WITH, VALUES or TABLE',
        '/sql must have {_since}',
      ],
    ],
  ])('has changes that a database can be asked for: not %j', (changes, faults) => {
    expect(thrownBy(() => put({ changes }, keyed))).toEqual(faults.map((fault) => `/origin/changes${fault}`));
  });

  it('keeps {_since} to changes', () => {
    const tables = [{ ...TABLE, sql: 'select id from stock where changed > {_since}' }];
    expect(thrownBy(() => put({}, { tables }))).toEqual(['/tables/0/sql uses "_since", which is not a parameter']);
  });
});
