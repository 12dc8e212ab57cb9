/** Table `keys`: the document of each cache key. */

import type { CacheDocument } from '../core/task-machine/document.ts';

type Row = { document: string };

/** The document of a key; null: never asked for. */
export function readDocument(sql: SqlStorage, key: string): CacheDocument | null {
  const [row] = sql.exec<Row>('SELECT document FROM keys WHERE key = ?', key);
  return row === undefined ? null : parse(row);
}

/** All documents of the object: one, but for keys that share 48 bits. */
export function readDocuments(sql: SqlStorage): CacheDocument[] {
  return sql.exec<Row>('SELECT document FROM keys ORDER BY key').toArray().map(parse);
}

/** Inserts or replaces a document: one row written. */
export function writeDocument(sql: SqlStorage, document: CacheDocument): void {
  sql.exec(
    'INSERT INTO keys (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document',
    document.cache.key,
    JSON.stringify(document),
  );
}

function parse({ document }: Row): CacheDocument {
  return JSON.parse(document) as CacheDocument;
}
