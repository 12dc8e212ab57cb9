import PouchDB from 'pouchdb-browser';
import type { Contender, Row } from './contender.ts';

const open = () => new PouchDB('bench', { auto_compaction: true });
let database = open();
const revisions = new Map<string, string>();
const documentOf = ({ id, ...cells }: Row) => ({ _id: String(id), ...cells });

async function put(documents: object[]): Promise<void> {
  const answers = await database.bulkDocs(documents);
  const failed = answers.find((answer) => 'error' in answer);
  if (failed) throw new Error(JSON.stringify(failed));
}

export const contender: Contender = {
  store: (_text, all) => put(all.map(documentOf)),
  async reopen() {
    database = open();
    const { rows } = await database.allDocs({ include_docs: true });
    for (const { id, value } of rows) revisions.set(id, value.rev);
    return rows.length;
  },
  change: ({ inserted, deleted }) =>
    put([
      ...deleted.map((id) => ({ _id: String(id), _rev: revisions.get(String(id)), _deleted: true })),
      ...inserted.map(documentOf),
    ]),
};
