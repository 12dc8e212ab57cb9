/**
 * Table `keys`: the document of each cache key, and a copy of each in memory, since to parse a long chain costs more than
 * most calls. The table is the truth: only this object writes it, and what a transaction did not bring about is forgotten.
 */

import type { CacheDocument } from '../core/task-machine/document.ts';

type Row = { key: string; document: string };

/** The documents of one object. */
export class Documents {
  readonly #sql: SqlStorage;
  /** The documents of all keys; null: not read yet. */
  #known: Map<string, CacheDocument> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The document of a key; null: never asked for. */
  read(key: string): CacheDocument | null {
    return this.#byKey().get(key) ?? null;
  }

  /** All documents of the object: one, but for keys that share 48 bits. */
  all(): CacheDocument[] {
    return [...this.#byKey().values()];
  }

  #byKey(): ReadonlyMap<string, CacheDocument> {
    if (this.#known === null) {
      const rows = this.#sql.exec<Row>('SELECT key, document FROM keys ORDER BY key').toArray();
      this.#known = new Map(rows.map(({ key, document }) => [key, JSON.parse(document) as CacheDocument]));
    }
    return this.#known;
  }

  /** Inserts or replaces a document: one row written. */
  write(document: CacheDocument): void {
    this.#sql.exec(
      'INSERT INTO keys (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document',
      document.cache.key,
      JSON.stringify(document),
    );
    this.#known?.set(document.cache.key, document);
  }

  /** The table was just made: it is empty. */
  begin(): void {
    this.#known = new Map();
  }

  /** Forgets the copies: a transaction was rolled back. */
  forget(): void {
    this.#known = null;
  }
}
