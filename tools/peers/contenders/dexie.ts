import Dexie from 'dexie';
import type { Contender } from './contender.ts';

function open() {
  const database = new Dexie('bench');
  database.version(1).stores({ rows: 'id' });
  return database.table('rows');
}
let rows = open();

export const contender: Contender = {
  async store(_text, all) {
    await rows.bulkPut(all);
  },
  async reopen() {
    rows = open();
    return (await rows.toArray()).length;
  },
  async change({ inserted, deleted }) {
    await rows.db.transaction('rw', rows, async () => {
      await rows.bulkDelete([...deleted]);
      await rows.bulkPut([...inserted]);
    });
  },
};
