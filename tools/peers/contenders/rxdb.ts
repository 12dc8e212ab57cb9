import { createRxDatabase } from 'rxdb';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import type { Contender, Row } from './contender.ts';

const COLUMNS = Array.from({ length: 10 }, (_none, at) => `c${at}`);
const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: { id: { type: 'string', maxLength: 20 }, ...Object.fromEntries(COLUMNS.map((name) => [name, {}])) },
};
const documentOf = (row: Row) => ({ ...row, id: String(row.id) });

async function open() {
  const database = await createRxDatabase({ name: 'bench', storage: getRxStorageDexie(), multiInstance: false });
  return (await database.addCollections({ rows: { schema } })).rows;
}
let rows: Awaited<ReturnType<typeof open>>;

export const contender: Contender = {
  async store(_text, all) {
    rows = await open();
    const { error } = await rows.bulkInsert(all.map(documentOf));
    if (error.length > 0) throw new Error(JSON.stringify(error[0]));
  },
  async reopen() {
    rows = await open();
    const found = await rows.find().exec();
    return found.map((row: { toJSON(): unknown }) => row.toJSON()).length;
  },
  async change({ inserted, deleted }) {
    await rows.bulkRemove(deleted.map(String));
    const { error } = await rows.bulkInsert(inserted.map(documentOf));
    if (error.length > 0) throw new Error(JSON.stringify(error[0]));
  },
};
