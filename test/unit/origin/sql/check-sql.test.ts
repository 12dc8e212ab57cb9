import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/contract/entry.ts';
import { Source } from '../../../../src/contract/source.ts';
import { parseDefinition } from '../../../../src/flows/manage-resources.ts';

type Members = { [name: string]: Json };

const DATABASE = v.parse(Source, { database: 'SQL_ERP' });
const TABLE = { name: 'stock', sql: 'select id from stock', columns: ['id'] };
const put = (origin: Members = {}, more: Members = {}) =>
  parseDefinition('stock', { origin: { source: 'erp', ...origin }, tables: [TABLE], ...more }, [], DATABASE);

describe('a definition whose source is a database', () => {
  it('has two minutes unless it says otherwise', () => {
    expect(put().origin.timeout_s).toBe(120);
    expect(put({ timeout_s: 30 }).origin.timeout_s).toBe(30);
  });
});
